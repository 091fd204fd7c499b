import { describe, expect, it } from "vitest";
import { readStreamAck } from "./stream-ack.ts";
import { adviceFor, REFUSAL_CODES, refusalWords } from "./stream-refusal.ts";

const read = (text: string) => readStreamAck(new TextEncoder().encode(text));

describe("readStreamAck", () => {
  it("S3 tells what is stored, what is refused and that nobody is there", () => {
    expect(read('{"stream":"J","seq":7}')).toEqual({ kind: "stored", stream: "J", seq: 7 });
    expect(read('{"stream":"J","seq":7,"domain":"hub","duplicate":true}')).toMatchObject({ kind: "stored" });
    expect(read("")).toEqual({ kind: "nobody" });
    expect(
      read(
        '{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"},"stream":"J","seq":0}',
      ),
    ).toEqual({ kind: "refused", refusal: { code: 10_077, text: "maximum bytes exceeded" } });
    expect(read('{"error":{"code":503}}')).toEqual({
      kind: "refused",
      refusal: { code: 0, text: "code 503" },
    });
  });

  it.each(["no JSON", "null", "7", "[]", "{}", '{"seq":7}', '{"stream":"J"}', '{"error":7}'])(
    "S3 %s is no acknowledgement",
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});

describe("refusalWords", () => {
  it("gives the server's words, the code and what to do", () => {
    expect(refusalWords({ code: 10_002, text: "resource limits exceeded for account" })).toBe(
      'the server says "resource limits exceeded for account" (10002): the account has reached its JetStream limits: raise them, or remove streams that nobody needs',
    );
    expect(refusalWords({ code: 0, text: "odd" })).toMatch(/^the server says "odd": `backbeat doctor`/);
  });

  it("has advice for whatever ends the storing of claims", () => {
    const {
      accountLimits,
      insufficientResources,
      insufficientStorage,
      maximumConsumers,
      maximumStreams,
      storeFailed,
    } = REFUSAL_CODES;
    for (const code of [
      accountLimits,
      insufficientResources,
      insufficientStorage,
      maximumConsumers,
      maximumStreams,
      storeFailed,
    ])
      expect(adviceFor(code)).not.toBe(adviceFor(0));
  });
});
