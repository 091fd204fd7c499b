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
import { median, row } from "./figures.ts";

const quick = process.argv.includes("--quick");
const PAIRS = quick ? 3 : 9;
const CLAIMS = quick ? 500 : 2_000;
const SIGNED = quick ? 500 : 5_000;
/** Claims that one of the two folds before the other does. */
const TURN = 50;
const LARGE_CLAIMS = CLAIMS / 5;
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

/** Does the work of the messages `from … to`, the latter exclusive. */
type Run = (from: number, to: number) => void;

/** All must have this outcome. */
function foldRun(fold: Fold, sent: readonly Wire[], outcome: string): Run {
  let seq = 2;
  return (from, to) => {
    for (const { data, headerBytes } of sent.slice(from, to)) {
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
      if (is !== outcome) throw new Error(`a claim is ${is}, expected ${outcome}`);
    }
  };
}

function many(make: () => Sent, count = CLAIMS): Wire[] {
  return Array.from({ length: count }, () => wireOf(make()));
}

function cpuMicros(work: () => void): number {
  const cpu = process.cpuUsage();
  work();
  const { system, user } = process.cpuUsage(cpu);
  return user + system;
}

/** Pairs A B, the first of which warms up; within a pair they take turns, for the machine changes from second to second. */
function compare(
  a: () => Run,
  b: () => Run,
  count = CLAIMS,
): { readonly a: readonly number[]; readonly ratios: readonly number[] } {
  const [microsEach, ratios]: [number[], number[]] = [[], []];
  for (let pair = -1; pair < PAIRS; pair += 1) {
    const [runA, runB] = [a(), b()];
    let [microsA, microsB] = [0, 0];
    for (let from = 0; from < count; from += TURN) {
      const to = Math.min(count, from + TURN);
      microsA += cpuMicros(() => runA(from, to));
      microsB += cpuMicros(() => runB(from, to));
    }
    if (pair < 0) continue;
    microsEach.push(microsA / count);
    ratios.push(microsB / microsA);
  }
  return { a: microsEach, ratios };
}

/** What no fold that verifies could beat. */
function bareVerify(): Run {
  const sent = Array.from({ length: CLAIMS }, goodClaim).map(({ data, headers }) => {
    const signature = readClaimSignature({ get: (name) => headers[name] ?? "" });
    if (typeof signature !== "object") throw new Error("not signed");
    const bytes = signedBytes(signature, { subject: subjects.status, data });
    return { bytes, signature: Buffer.from(signature.signature, "base64url") };
  });
  return (from, to) => {
    for (const { bytes, signature } of sent.slice(from, to))
      if (!verify(null, bytes, publicKey, signature)) throw new Error("not verified");
  };
}

function caughtAgain(): Run {
  const [fold, once] = [makeFold(rules), many(goodClaim)];
  foldRun(fold, once, "counted")(0, CLAIMS);
  return foldRun(fold, once, "duplicate");
}

const print = (line = ""): void => void process.stdout.write(`${line}\n`);
const good = () => foldRun(makeFold(rules), many(goodClaim), "counted");

print(`node ${process.version}, claims of ${template.bytes} bytes, ${PAIRS} pairs A B of ${CLAIMS} each`);
print();

const signMicros = Array.from({ length: PAIRS + 1 }, () => {
  const bodies = Array.from({ length: SIGNED }, (_, at) => template.next(at % AGENTS, BEAT));
  const work = () => bodies.map((data, at) => signers[at % AGENTS]?.sign(subjects.status, data));
  return cpuMicros(work) / SIGNED;
}).slice(1);
print(`signing    ${row(signMicros)} µs CPU per claim: ${perSecond(signMicros)} claims/s and core`);

const unsigned = compare(good, () => foldRun(makeFold(undefined), many(goodClaim), "counted"));
print(`verifying  ${row(unsigned.a)} µs CPU per claim: ${perSecond(unsigned.a)} claims/s and core`);
print(`  bare crypto.verify        ${row(compare(good, bareVerify).ratios)} of it`);
print(`  the same, nobody signs    ${row(unsigned.ratios)} of it`);
print();
print("garbage against good claims, B/A by what it is refused for");
for (const [kind, spoil] of Object.entries(GARBAGE)) {
  const [outcome = ""] = kind.split(" ");
  const garbage = () =>
    foldRun(
      makeFold(rules),
      many(() => spoil(goodClaim())),
      outcome,
    );
  printRatio(kind, compare(good, garbage).ratios);
}
printRatio("duplicate", compare(good, caughtAgain).ratios);
const largeGood = () => foldRun(makeFold(rules), many(largeClaim, LARGE_CLAIMS), "counted");
const largeBad = () =>
  foldRun(
    makeFold(rules),
    many(() => withOtherBody(largeClaim()), LARGE_CLAIMS),
    "refused-bad-signature",
  );
printRatio(`bad signature, ${LARGE_BYTES} bytes, A too`, compare(largeGood, largeBad, LARGE_CLAIMS).ratios);
printRatio("A against itself", compare(good, good).ratios);

function printRatio(kind: string, ratios: readonly number[]): void {
  print(`  ${kind.padEnd(KIND_COLUMNS)}${row(ratios)}`);
}

function perSecond(microsEach: readonly number[]): string {
  return Math.round(1e6 / median(microsEach)).toLocaleString("en");
}
