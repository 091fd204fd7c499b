/**
 * A claim's bytes as one number: what duplicates are found by (R2).
 *
 * 53 bits, so that it fits a double: two different claims among an agent's last 64 are taken for equal once in
 * 10^14. Not cryptographic: an agent could make two of its own claims collide, and would lose one of its own.
 */

const PRIME_A = 0x9e3779b1;
const PRIME_B = 0x85ebca6b;
const HIGH_BITS = 2 ** 21;
const LOW_RANGE = 2 ** 32;

/** A number in 0 … 2^53−1. */
export function fingerprintOf(body: Uint8Array): number {
  const length = body.length;
  const wholeWords = length - (length % 4);
  let a = length ^ PRIME_A;
  let b = length ^ PRIME_B;
  let at = 0;
  for (; at < wholeWords; at += 4) {
    const word =
      byte(body, at) | (byte(body, at + 1) << 8) | (byte(body, at + 2) << 16) | (byte(body, at + 3) << 24);
    a = Math.imul(a ^ word, PRIME_A);
    a ^= a >>> 15;
    b = Math.imul(b ^ word, PRIME_B);
    b ^= b >>> 13;
  }
  for (; at < length; at += 1) {
    a = Math.imul(a ^ byte(body, at), PRIME_A);
    a ^= a >>> 15;
    b = Math.imul(b ^ byte(body, at), PRIME_B);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (a >>> 16), PRIME_B);
  b = Math.imul(b ^ (b >>> 16), PRIME_A);
  a ^= a >>> 14;
  b ^= b >>> 14;
  return ((a >>> 0) % HIGH_BITS) * LOW_RANGE + (b >>> 0);
}

function byte(body: Uint8Array, at: number): number {
  return body[at] as number;
}
