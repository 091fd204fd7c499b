import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  HASH_HEADER,
  type Headers,
  type ReportFacts,
  readReportFacts,
  reportHash,
  reportHeaders,
} from "./report-headers.ts";

const body = new TextEncoder().encode('{"type":"backbeat.barreport.v1"}');
const id = fc.stringMatching(/^[0-9a-f]{32}$/);
const count = fc.nat({ max: 2 ** 31 - 1 });

const beat = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const carryOf = fc.record({
  barLength: count,
  fromBeat: beat,
  fromIsExact: fc.boolean(),
  closedIds: fc.array(id, { maxLength: 4 }),
});

const factsOf: fc.Arbitrary<ReportFacts> = fc.record({
  algorithm: count,
  chain: id,
  profile: id,
  prev: fc.oneof(fc.constant(""), fc.stringMatching(/^[0-9a-f]{64}$/)),
  claims: count,
  firstSeq: count,
  lastSeq: count,
  replayFrom: fc.oneof(
    fc.record({ seq: count }),
    fc.record({
      seq: count,
      carry: fc.oneof(
        carryOf,
        fc
          .record({
            toBeat: beat,
            empty: fc.oneof(fc.record({ seq: count }), fc.record({ seq: count, carry: carryOf })),
            carry: carryOf,
          })
          .map(({ carry, ...held }) => ({ ...carry, held })),
      ),
    }),
  ),
});

const sourceOf = (headers: Headers) => ({ get: (name: string) => headers[name] ?? "" });

describe("report headers", () => {
  it("R7 facts that were written are the facts that are read", () => {
    fc.assert(
      fc.property(factsOf, (facts) => {
        expect(readReportFacts(sourceOf(reportHeaders(facts, body)))).toEqual(facts);
      }),
    );
  });

  it("R7 the hash covers every header and every byte of the body", () => {
    fc.assert(
      fc.property(factsOf, fc.nat(), fc.nat(), (facts, which, at) => {
        const headers = reportHeaders(facts, body);
        expect(reportHash(sourceOf(headers), body)).toBe(headers[HASH_HEADER]);
        const flipped = body.slice();
        flipped[at % body.length] = (flipped[at % body.length] as number) ^ 1;
        expect(reportHash(sourceOf(headers), flipped)).not.toBe(headers[HASH_HEADER]);
        const names = Object.keys(headers).filter((name) => name !== HASH_HEADER);
        const name = names[which % names.length] as string;
        const other = { ...headers, [name]: `${headers[name]}1` };
        expect(reportHash(sourceOf(other), body)).not.toBe(headers[HASH_HEADER]);
      }),
    );
  });

  it("R7 a header that is missing or is no number makes no facts", () => {
    const facts: ReportFacts = {
      algorithm: 1,
      chain: "c",
      profile: "p",
      prev: "",
      claims: 2,
      firstSeq: 3,
      lastSeq: 4,
      replayFrom: { seq: 5 },
    };
    const headers = reportHeaders(facts, body);
    for (const name of Object.keys(headers)) {
      if (name === HASH_HEADER) continue;
      expect(readReportFacts(sourceOf({ ...headers, [name]: "" })), name).toBeUndefined();
    }
    expect(readReportFacts(sourceOf({ ...headers, "Backbeat-Claims": "-1" }))).toBeUndefined();
  });
});
