/** Many forged claims against the real fold: none is counted, each is counted as what it is. */
import { describe, expect, it } from "vitest";
import { CLAIM_HEADERS, CLAIM_TIME_TOLERANCE_MS } from "../../src/contracts/claim-signature.ts";
import { createDecoder } from "../../src/contracts/decode.ts";
import { subjectsOf } from "../../src/contracts/index.ts";
import type { Headers } from "../../src/contracts/report-headers.ts";
import { Aggregator } from "../../src/core/aggregator.ts";
import { claimGuard } from "../../src/core/claim-guard.ts";
import { Fold } from "../../src/core/fold.ts";
import { FAKE_WALL_START_MS } from "../../src/sdk/testing/fake-clock.ts";
import { signerOf, testKey } from "../support/claim-keys.ts";
import { effort } from "../support/effort.ts";
import { sourceOf } from "../support/memory-streams.ts";
import { CLUSTER, claimBody, frameBody } from "../support/messages.ts";

const FORGED = effort({ test: 20_000, soak: 100_000 });
const AGENTS = 10;
const CLAIMS_PER_AGENT = 100;
const subjects = subjectsOf(CLUSTER);
const keys = Array.from({ length: AGENTS }, (_, at) => testKey(`worker:${at}`));

interface Sent {
  readonly agent: number;
  readonly data: Uint8Array;
  readonly headers: Headers;
}

/** What an attacker does with a claim that it caught; `n` tells one forgery from another. */
const FORGERIES: Readonly<
  Record<string, (caught: Sent, n: number) => Partial<Sent> & { readonly lateMs?: number }>
> = {
  "another body": ({ data }, n) => ({ data: changed(data, n) }),
  "another signature": ({ headers }, n) => ({
    headers: { ...headers, [CLAIM_HEADERS.signature]: Buffer.alloc(64, n % 251).toString("base64url") },
  }),
  "another time": ({ headers }, n) => ({
    headers: { ...headers, [CLAIM_HEADERS.time]: String(FAKE_WALL_START_MS + 1 + (n % 999)) },
  }),
  "another number": ({ headers }, n) => ({
    headers: {
      ...headers,
      [CLAIM_HEADERS.sequence]: String(Number(headers[CLAIM_HEADERS.sequence]) + 1 + n),
    },
  }),
  "another agent's name": ({ agent, headers }, n) => ({
    headers: { ...headers, [CLAIM_HEADERS.agent]: `worker:${(agent + 1 + (n % (AGENTS - 1))) % AGENTS}` },
  }),
  "another agent's body": ({ agent }, n) => ({
    data: claimBody(`worker:${(agent + 1) % AGENTS}`, 1, { notes: `${n}` }),
  }),
  "no signature": ({ agent }, n) => ({
    headers: {},
    data: claimBody(`worker:${agent}`, 1, { notes: `${n}` }),
  }),
  "half a signature": ({ headers }) => ({
    headers: { [CLAIM_HEADERS.keyId]: headers[CLAIM_HEADERS.keyId] ?? "" },
  }),
  "a key of its own": ({ headers }, n) => ({ headers: { ...headers, [CLAIM_HEADERS.keyId]: `k${2 + n}` } }),
  "the same, later": () => ({ lateMs: CLAIM_TIME_TOLERANCE_MS + 1_000 }),
  "the same, after the key": () => ({ lateMs: 3_600_000 }),
  "the same again": () => ({}),
};

function changed(data: Uint8Array, n: number): Uint8Array {
  const copy = Uint8Array.from(data);
  const at = n % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (n % 7));
  return copy;
}

describe("BACKBEAT-REQ-044 forged claims", () => {
  it(`R6 ${FORGED.toLocaleString("en")} of them: none is counted, and all add up`, () => {
    const aggregator = new Aggregator({ clusterId: CLUSTER, barLength: 8 });
    const guard = claimGuard({ keys: keys.map(({ key }) => key), required: true });
    const fold = new Fold({ decoder: createDecoder(), aggregator, guard, subjects });
    let seq = 0;
    const apply = (subject: string, { data, headers = {} }: Partial<Sent>, lateMs = 0) => {
      seq += 1;
      const message = { subject, data: data ?? new Uint8Array(0), headers: sourceOf(headers) };
      return fold.apply({ ...message, seq, timeMs: FAKE_WALL_START_MS + 1_000 + lateMs });
    };
    apply(subjects.beat, { data: frameBody(1) });
    const signers = keys.map((key) => signerOf(key));
    const genuine = Array.from({ length: AGENTS * CLAIMS_PER_AGENT }, (_, n): Sent => {
      const agent = n % AGENTS;
      const data = claimBody(`worker:${agent}`, 1, { notes: `claim ${n}` });
      return { agent, data, headers: signers[agent]?.sign(subjects.status, data) ?? {} };
    });
    for (const sent of genuine) expect(apply(subjects.status, sent)).toBe("counted");

    const outcomes: Record<string, Record<string, number>> = {};
    const kinds = Object.entries(FORGERIES);
    for (let n = 0; n < FORGED; n += 1) {
      const [kind, forge] = kinds[n % kinds.length] as (typeof kinds)[0];
      const sent = genuine[(n * 7919) % genuine.length] as Sent;
      const { lateMs = 0, ...change } = forge(sent, n);
      const outcome = apply(subjects.status, { ...sent, ...change }, lateMs);
      outcomes[kind] = { ...outcomes[kind], [outcome]: (outcomes[kind]?.[outcome] ?? 0) + 1 };
    }

    const { claims, claimsReceived } = aggregator.tally;
    expect(claims.counted, JSON.stringify(outcomes)).toBe(genuine.length);
    expect(claimsReceived).toBe(genuine.length + FORGED);
    expect(Object.values(claims).reduce((a, b) => a + b, 0)).toBe(claimsReceived);
    const seen = Object.fromEntries(kinds.map(([kind]) => [kind, Object.keys(outcomes[kind] ?? {}).sort()]));
    expect(seen).toMatchObject({
      "another signature": ["refused-bad-signature"],
      "another time": ["refused-bad-signature"],
      "another number": ["refused-bad-signature"],
      "another agent's name": ["refused-wrong-agent"],
      "another agent's body": ["refused-wrong-agent"],
      "no signature": ["refused-unsigned"],
      "half a signature": ["refused-bad-signature"],
      "a key of its own": ["refused-unknown-key"],
      "the same, later": ["refused-expired"],
      "the same, after the key": ["refused-inactive-key"],
      "the same again": ["duplicate", "refused-replayed"],
    });
    expect(seen["another body"]).toContain("refused-bad-signature");
    apply(subjects.beat, { data: frameBody(9) });
    apply(subjects.beat, { data: frameBody(10) });
    const [bar] = fold.takeClosed();
    expect(bar).toMatchObject({ claimsCount: genuine.length, agentsReporting: AGENTS });
    expect(bar?.conservation.received).toBe(genuine.length + FORGED);
  });
});
