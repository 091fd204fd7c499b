/**
 * Where a delivered message stands in its stream: read from the subject on which it could be acknowledged.
 *
 *   $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>
 *   $JS.ACK.<domain>.<account>.<stream>.<consumer>.<delivered>.….<pending>[.<token>]
 *
 * Read by character codes, without an allocation: it is done for every claim. What precedes the numbers is the same
 * for every message of a consumer, so it is measured once.
 */

const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** Tokens before the numbers, without and with domain and account. */
const PLAIN_PREFIX_TOKENS = 4;
const DOMAIN_PREFIX_TOKENS = 6;
const PLAIN_TOKENS = 9;

/** Digits of the time that are dropped: ns to µs. Whole µs are exact in a double until 2255. */
const NS_DIGITS_DROPPED = 3;
const US_PER_MS = 1_000;

/** State: where the numbers begin, and those of the message that was read last. */
export class AckSubject {
  /** Place in the stream. */
  streamSeq = 0;
  /** Place among what this consumer delivered, from 1. */
  consumerSeq = 0;
  /** When it was stored, ms since the Unix epoch, with microseconds as fractions. */
  timeMs = 0;
  /** Messages of the stream behind it. */
  pending = 0;
  #numbersAt = -1;
  #at = 0;

  /** False: it is not the subject of a delivered message. */
  read(subject: string): boolean {
    if (this.#numbersAt < 0) {
      if (!subject.startsWith("$JS.ACK.")) return false;
      this.#numbersAt = numbersAt(subject);
    }
    this.#at = this.#numbersAt;
    this.#number(subject);
    this.streamSeq = this.#number(subject);
    this.consumerSeq = this.#number(subject);
    this.timeMs = this.#time(subject);
    this.pending = this.#number(subject);
    return this.streamSeq > 0;
  }

  #number(subject: string): number {
    let value = 0;
    let at = this.#at;
    for (; at < subject.length; at += 1) {
      const code = subject.charCodeAt(at);
      if (code < ZERO || code > NINE) break;
      value = value * 10 + (code - ZERO);
    }
    this.#at = at + 1;
    return value;
  }

  #time(subject: string): number {
    const end = subject.indexOf(".", this.#at);
    let micros = 0;
    for (let at = this.#at; at < end - NS_DIGITS_DROPPED; at += 1)
      micros = micros * 10 + (subject.charCodeAt(at) - ZERO);
    this.#at = end + 1;
    return micros / US_PER_MS;
  }
}

function numbersAt(subject: string): number {
  let tokens = 1;
  for (let at = 0; at < subject.length; at += 1) if (subject.charCodeAt(at) === DOT) tokens += 1;
  let skip = tokens === PLAIN_TOKENS ? PLAIN_PREFIX_TOKENS : DOMAIN_PREFIX_TOKENS;
  let at = 0;
  for (; skip > 0; skip -= 1) at = subject.indexOf(".", at) + 1;
  return at;
}
