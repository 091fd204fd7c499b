/**
 * What signatures cost, through reverb's own fold: headers as they come from the wire, keys, body, signature, window.
 *
 *   npm run bench:signing            claims verified and signed per second and core; garbage against good claims
 *   npm run bench:signing -- --quick a smaller run of the same
 *
 * A = good claims, B = garbage of one kind, A B A B … in one process; medians, the ratio B/A, and how much A differs
 * from itself: a ratio within that spread says nothing.
 */
import { generateKeyPairSync, verify } from "node:crypto";
import { CLAIM_HEADERS, readClaimSignature, signedBytes } from "../src/contracts/claim-signature.ts";
import { createDecoder } from "../src/contracts/decode.ts";
import { encodeFrame, subjectsOf } from "../src/contracts/index.ts";
import type { Headers } from "../src/contracts/report-headers.ts";
import { Aggregator } from "../src/core/aggregator.ts";
import { claimGuard, type SignatureRules } from "../src/core/claim-guard.ts";
import { Fold } from "../src/core/fold.ts";
import { parseHeaders } from "../src/nats/parse-headers.ts";
import { createClaimSigner } from "../src/sdk/signing.ts";
import { claimBody, frameOf } from "../test/support/messages.ts";
import { ClaimTemplate } from "./claim-template.ts";
import { median, row, spread } from "./figures.ts";

const quick = process.argv.includes("--quick");
const PAIRS = quick ? 3 : 9;
const CLAIMS = quick ? 500 : 2_000;
const SIGNED = quick ? 5_000 : 50_000;
const AGENTS = 1_000;
const BEAT = 1_000_000_000;
const NOW_MS = Date.now();
const HOUR_MS = 3_600_000;
const LARGE_BYTES = 60_000;
const KIND_COLUMNS = 42;

const CLUSTER = "bench";
const subjects = subjectsOf(CLUSTER);
const template = new ClaimTemplate();
const text = new TextEncoder();

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const rules: SignatureRules = {
  keys: [
    {
      agent: "bench:*",
      keyId: "k1",
      publicKey: publicKey.export({ format: "jwk" }).x ?? "",
      notBeforeMs: NOW_MS - HOUR_MS,
      notAfterMs: NOW_MS + HOUR_MS,
    },
  ],
  required: false,
};
const signers = Array.from({ length: AGENTS }, (_, at) =>
  createClaimSigner({ agentId: agentOf(at), keyId: "k1", privateKey }),
);

interface Sent {
  readonly data: Uint8Array;
  readonly headers: Headers;
}

function agentOf(at: number): string {
  return `bench:${String(at).padStart(7, "0")}`;
}

let made = 0;

/** A claim that was never there before, signed. */
function goodClaim(): Sent {
  const agent = made++ % AGENTS;
  return signed(agent, template.next(agent, BEAT));
}

function largeClaim(): Sent {
  const agent = made++ % AGENTS;
  return signed(
    agent,
    claimBody(agentOf(agent), BEAT, { metadata: { n: made, filling: "x".repeat(LARGE_BYTES) } }),
  );
}

function signed(agent: number, data: Uint8Array): Sent {
  return { data, headers: signers[agent]?.sign(subjects.status, data) ?? {} };
}

function withHeader({ data, headers }: Sent, name: string, value: string): Sent {
  return { data, headers: { ...headers, [name]: value } };
}

/** Another digit in the HLC: it is read as well as before, and is not what was signed. */
function withOtherBody({ data, headers }: Sent): Sent {
  const copy = Uint8Array.from(data);
  const at = Buffer.from(copy).lastIndexOf("0000");
  copy[at] = (copy[at] ?? 0) ^ 1;
  return { data: copy, headers };
}

/** As many as are looked at. */
const MANY_HEADERS: Headers = Object.fromEntries(
  Array.from({ length: 590 }, (_, at) => [`n${1_000 + at}`, "12345"]),
);

const GARBAGE: Readonly<Record<string, (good: Sent) => Sent>> = {
  "refused-bad-signature": withOtherBody,
  "refused-wrong-agent": (good) => ({ ...good, data: claimBody("bench:other", BEAT) }),
  "refused-unknown-key": (good) => withHeader(good, CLAIM_HEADERS.keyId, "k2"),
  "refused-unknown-key (8 KiB of headers)": (good) => ({
    ...good,
    headers: { ...MANY_HEADERS, ...good.headers, [CLAIM_HEADERS.keyId]: "k2" },
  }),
  "refused-expired": (good) => withHeader(good, CLAIM_HEADERS.time, String(NOW_MS - HOUR_MS)),
  "refused-unsigned": ({ data }) => ({ data, headers: {} }),
  "refused-not-json": (good) => ({ ...good, data: good.data.subarray(1) }),
};

/** A fold in the bar of that beat. */
function makeFold(signatures: SignatureRules | undefined): Fold {
  const aggregator = new Aggregator({ clusterId: CLUSTER, barLength: 8 });
  const guard = claimGuard(signatures);
  const fold = new Fold({ decoder: createDecoder(), aggregator, guard, subjects });
  const data = encodeFrame(frameOf(BEAT, { cluster_id: CLUSTER, downbeat: true }));
  fold.apply({ subject: subjects.beat, data, seq: 1, timeMs: NOW_MS });
  return fold;
}

interface Wire {
  readonly data: Uint8Array;
  readonly headerBytes: Uint8Array;
}

function wireOf({ data, headers }: Sent): Wire {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return { data, headerBytes: text.encode(`NATS/1.0\r\n${lines.join("")}\r\n`) };
}

/** CPU per message, µs. All must have this outcome. */
function micros(fold: Fold, sent: readonly Wire[], outcome: string): number {
  let seq = 2;
  let wrong: string | undefined;
  const cpu = process.cpuUsage();
  for (const { data, headerBytes } of sent) {
    const message = {
      subject: subjects.status,
      data,
      get headers() {
        return parseHeaders(headerBytes);
      },
      seq,
      timeMs: NOW_MS,
    };
    seq += 1;
    const is = fold.apply(message);
    if (is !== outcome) wrong = is;
  }
  const { system, user } = process.cpuUsage(cpu);
  if (wrong !== undefined) throw new Error(`a claim is ${wrong}, expected ${outcome}`);
  return (user + system) / sent.length;
}

function many(make: () => Sent, count = CLAIMS): Wire[] {
  return Array.from({ length: count }, () => wireOf(make()));
}

/** Pairs A B, the first of which warms up. */
function compare(a: () => number, b: () => number): { readonly a: number[]; readonly ratios: number[] } {
  const [as, ratios]: [number[], number[]] = [[], []];
  for (let pair = -1; pair < PAIRS; pair += 1) {
    const [microsA, microsB] = [a(), b()];
    if (pair < 0) continue;
    as.push(microsA);
    ratios.push(microsB / microsA);
  }
  return { a: as, ratios };
}

/** What no fold that verifies could beat. */
function bareVerify(): number {
  const sent = Array.from({ length: CLAIMS }, goodClaim).map(({ data, headers }) => {
    const signature = readClaimSignature({ get: (name) => headers[name] ?? "" });
    if (typeof signature !== "object") throw new Error("not signed");
    const bytes = signedBytes(signature, { subject: subjects.status, data });
    return { bytes, signature: Buffer.from(signature.signature, "base64url") };
  });
  const cpu = process.cpuUsage();
  for (const { bytes, signature } of sent)
    if (!verify(null, bytes, publicKey, signature)) throw new Error("not verified");
  const { system, user } = process.cpuUsage(cpu);
  return (user + system) / sent.length;
}

const print = (line = ""): void => void process.stdout.write(`${line}\n`);
const good = () => micros(makeFold(rules), many(goodClaim), "counted");

print(`node ${process.version}, claims of ${template.bytes} bytes, ${PAIRS} pairs A B of ${CLAIMS} each`);
print();

const signMicros: number[] = [];
for (let round = -1; round < PAIRS; round += 1) {
  const bodies = Array.from({ length: SIGNED / 10 }, (_, at) => template.next(at % AGENTS, BEAT));
  const cpu = process.cpuUsage();
  for (const [at, data] of bodies.entries()) signers[at % AGENTS]?.sign(subjects.status, data);
  const { system, user } = process.cpuUsage(cpu);
  if (round >= 0) signMicros.push((user + system) / bodies.length);
}
print(`signing    ${row(signMicros)} µs CPU per claim: ${perSecond(signMicros)} claims/s and core`);

const unsigned = compare(good, () => micros(makeFold(undefined), many(goodClaim), "counted"));
print(`verifying  ${row(unsigned.a)} µs CPU per claim: ${perSecond(unsigned.a)} claims/s and core`);
print(`  bare crypto.verify        ${row(compare(good, bareVerify).ratios)} of it`);
print(`  A against itself          ${row(spread(unsigned.a))}`);
print(`  the same, nobody signs    ${row(unsigned.ratios)} of it`);
print();
print("garbage against good claims, B/A by what it is refused for");
for (const [kind, spoil] of Object.entries(GARBAGE)) {
  const [outcome = ""] = kind.split(" ");
  const { ratios } = compare(good, () =>
    micros(
      makeFold(rules),
      many(() => spoil(goodClaim())),
      outcome,
    ),
  );
  print(`  ${kind.padEnd(KIND_COLUMNS)}${row(ratios)}`);
}
const replayed = compare(good, () => {
  const fold = makeFold(rules);
  const once = many(goodClaim);
  micros(fold, once, "counted");
  return micros(fold, once, "duplicate");
});
print(`  ${"duplicate".padEnd(KIND_COLUMNS)}${row(replayed.ratios)}`);
const large = compare(
  () => micros(makeFold(rules), many(largeClaim, CLAIMS / 5), "counted"),
  () =>
    micros(
      makeFold(rules),
      many(() => withOtherBody(largeClaim()), CLAIMS / 5),
      "refused-bad-signature",
    ),
);
print(
  `  ${`bad, ${LARGE_BYTES} bytes`.padEnd(KIND_COLUMNS)}${row(large.ratios)}   A: ${median(large.a).toFixed(0)} µs`,
);

function perSecond(microsEach: readonly number[]): string {
  return Math.round(1e6 / median(microsEach)).toLocaleString("en");
}
