import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageWith, signerOf, testKey } from "../../test/support/claim-keys.ts";
import { claimBody } from "../../test/support/messages.ts";
import { CLAIM_HEADERS, CLAIM_TIME_TOLERANCE_MS } from "../contracts/claim-signature.ts";
import { createDecoder } from "../contracts/decode.ts";
import type { Headers } from "../contracts/report-headers.ts";
import { FAKE_WALL_START_MS } from "../sdk/testing/fake-clock.ts";
import { claimGuard, type SignatureRules } from "./claim-guard.ts";
import { type ClaimMessage, ClaimReader } from "./claim-reader.ts";

const SUBJECT = "backbeat.test.status";
const NOW_MS = FAKE_WALL_START_MS;
const MINUTE_MS = 60_000;

const worker = testKey("worker:1");
const fleet = testKey("fleet", { agent: "fleet:*" });
const RULES: SignatureRules = { keys: [worker.key, fleet.key], required: false };

/** `counted` stands for a claim that goes on; else why it does not. */
function verdictOn(message: ClaimMessage, rules = RULES, timeMs = NOW_MS): string {
  const reader = new ClaimReader({ decoder: createDecoder(), guard: claimGuard(rules) });
  const entry = reader.read(message, { seq: 1, timeMs });
  return entry.kind === "claim" ? "counted" : entry.reason;
}

function signed(body = claimBody("worker:1", 1), wish: Parameters<typeof signerOf>[1] = {}): ClaimMessage {
  return messageWith(SUBJECT, body, signerOf(worker, wish).sign(SUBJECT, body));
}

function headersOf(message: ClaimMessage): Record<string, string> {
  const names = Object.values(CLAIM_HEADERS);
  return Object.fromEntries(names.map((name) => [name, message.headers?.get(name) ?? ""]));
}

describe("BACKBEAT-REQ-044 ClaimGuard", () => {
  it("takes a signed claim, of a key of its own and of one that is shared by prefix", () => {
    expect(verdictOn(signed())).toBe("counted");
    const body = claimBody("fleet:eu:7", 1);
    const headers = signerOf(fleet, { agentId: "fleet:eu:7" }).sign(SUBJECT, body);
    expect(verdictOn(messageWith(SUBJECT, body, headers))).toBe("counted");
  });

  it("hands the sequence on, and reads nothing of headers where nobody must sign", () => {
    const reader = new ClaimReader({ decoder: createDecoder(), guard: claimGuard(RULES) });
    const sequence = Number(headersOf(signed())[CLAIM_HEADERS.sequence]);
    expect(reader.read(signed(), { seq: 7, timeMs: NOW_MS })).toMatchObject({ seq: 7, sequence });
    const nobody = new ClaimReader({
      decoder: createDecoder(),
      guard: claimGuard({ keys: [], required: false }),
    });
    const untouchable = {
      subject: SUBJECT,
      data: claimBody("worker:1", 1),
      get headers(): never {
        throw new Error("headers were read");
      },
    };
    expect(nobody.read(untouchable, { seq: 1, timeMs: NOW_MS })).toMatchObject({ kind: "claim" });
  });

  it("asks everybody who has a key to sign, from its begin on, also when it has run out; all others where all must", () => {
    const unsigned = (agent: string) => messageWith(SUBJECT, claimBody(agent, 1));
    expect(verdictOn(unsigned("worker:1"))).toBe("unsigned");
    expect(verdictOn(unsigned("fleet:eu"))).toBe("unsigned");
    expect(verdictOn(unsigned("worker:1"), RULES, worker.key.notAfterMs + 1)).toBe("unsigned");
    expect(verdictOn(unsigned("worker:1"), RULES, worker.key.notBeforeMs - 1)).toBe("counted");
    expect(verdictOn(unsigned("worker:1"), RULES, worker.key.notBeforeMs)).toBe("unsigned");
    expect(verdictOn(unsigned("worker:10"))).toBe("counted");
    expect(verdictOn(unsigned("worker:10"), { ...RULES, required: true })).toBe("unsigned");
    expect(verdictOn(messageWith(SUBJECT, new Uint8Array(3)), { ...RULES, required: true })).toBe("unsigned");
    expect(verdictOn(messageWith(SUBJECT, new Uint8Array(3)))).toBe("not-json");
  });

  it("refuses a claim in another's name, by header, by body and by key", () => {
    const body = claimBody("worker:2", 1);
    const headers = signerOf(worker).sign(SUBJECT, body);
    expect(verdictOn(messageWith(SUBJECT, body, headers))).toBe("wrong-agent");
    const other = signerOf(worker, { agentId: "worker:2" }).sign(SUBJECT, body);
    expect(verdictOn(messageWith(SUBJECT, body, other))).toBe("wrong-agent");
    const asFleet = signerOf(worker, { agentId: "fleet:1" }).sign(SUBJECT, claimBody("fleet:1", 1));
    expect(verdictOn(messageWith(SUBJECT, claimBody("fleet:1", 1), asFleet))).toBe("bad-signature");
  });

  it("refuses a key that it does not know", () => {
    const stranger = testKey("worker:1", { keyId: "k9" });
    const body = claimBody("worker:1", 1);
    expect(verdictOn(messageWith(SUBJECT, body, signerOf(stranger).sign(SUBJECT, body)))).toBe("unknown-key");
  });

  it.each([
    [worker.key.notBeforeMs - 1, "inactive-key"],
    [worker.key.notBeforeMs, "counted"],
    [worker.key.notAfterMs - 1, "counted"],
    [worker.key.notAfterMs, "inactive-key"],
  ])("judges a key by the time of arrival: at %d it is %s", (timeMs, verdict) => {
    expect(verdictOn(signed(undefined, { wallMs: () => timeMs }), RULES, timeMs)).toBe(verdict);
  });

  it.each([
    [-CLAIM_TIME_TOLERANCE_MS - 1, "expired"],
    [-CLAIM_TIME_TOLERANCE_MS, "counted"],
    [CLAIM_TIME_TOLERANCE_MS, "counted"],
    [CLAIM_TIME_TOLERANCE_MS + 1, "expired"],
  ])("refuses a signature whose time is too far off: %d ms is %s", (offMs, verdict) => {
    expect(verdictOn(signed(undefined, { wallMs: () => NOW_MS + offMs }))).toBe(verdict);
  });

  it("takes both keys of an agent while their times overlap, and only the new one after", () => {
    const next = testKey("worker:1 next", {
      agent: "worker:1",
      keyId: "k2",
      notBeforeMs: worker.key.notAfterMs - 10 * MINUTE_MS,
      notAfterMs: worker.key.notAfterMs + 60 * MINUTE_MS,
    });
    const rules = { keys: [worker.key, next.key], required: true };
    const at = (minutes: number) => worker.key.notAfterMs + minutes * MINUTE_MS;
    const verdicts = [-11, -10, -1, 0, 59, 60].map((minutes) => {
      const body = claimBody("worker:1", 1);
      return [worker, next].map((one) => {
        const headers = signerOf(one, { wallMs: () => at(minutes) }).sign(SUBJECT, body);
        return verdictOn(messageWith(SUBJECT, body, headers), rules, at(minutes));
      });
    });
    const [good, bad] = ["counted", "inactive-key"];
    expect(verdicts).toEqual([
      [good, bad],
      [good, good],
      [good, good],
      [bad, good],
      [bad, good],
      [bad, bad],
    ]);
  });

  it("prefers a key of the agent itself, then that of the longest prefix, of one key id", () => {
    const [all, some, one] = ["*", "a:*", "a:1"].map((agent) => testKey(`key of ${agent}`, { agent }));
    const rules = { keys: [all, some, one].map((made) => (made as typeof worker).key), required: true };
    const body = claimBody("a:1", 1);
    const verdicts = [all, some, one].map((made) =>
      verdictOn(
        messageWith(SUBJECT, body, signerOf(made as typeof worker, { agentId: "a:1" }).sign(SUBJECT, body)),
        rules,
      ),
    );
    expect(verdicts).toEqual(["bad-signature", "bad-signature", "counted"]);
  });

  it("refuses a claim of which any byte of subject, headers or body was changed", () => {
    const whole = signed();
    const headers = headersOf(whole);
    const places = [...Object.keys(headers), "subject", "body"];
    const flips = fc.tuple(fc.constantFrom(...places), fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(flips, ([place, where, change]) => {
        const flipped = (text: string) => {
          const at = where % text.length;
          const code = text.charCodeAt(at) ^ change;
          return `${text.slice(0, at)}${String.fromCharCode(code)}${text.slice(at + 1)}`;
        };
        const changed: Headers = {
          ...headers,
          ...(place in headers ? { [place]: flipped(headers[place] ?? "") } : {}),
        };
        const subject = place === "subject" ? flipped(SUBJECT) : SUBJECT;
        const data = Uint8Array.from(whole.data);
        const at = where % data.length;
        if (place === "body") data[at] = (data[at] ?? 0) ^ change;
        expect(verdictOn(messageWith(subject, data, changed))).not.toBe("counted");
      }),
      { numRuns: 2_000 },
    );
  });

  it("refuses every other spelling of a signature, a time and a sequence", () => {
    const headers = headersOf(signed());
    const signature = headers[CLAIM_HEADERS.signature] ?? "";
    const spellings: Headers[] = [
      { [CLAIM_HEADERS.signature]: `${signature}=` },
      { [CLAIM_HEADERS.signature]: Buffer.from(signature, "base64url").toString("base64") },
      { [CLAIM_HEADERS.time]: `0${headers[CLAIM_HEADERS.time]}` },
      { [CLAIM_HEADERS.sequence]: `+${headers[CLAIM_HEADERS.sequence]}` },
      { [CLAIM_HEADERS.sequence]: "9007199254740992" },
    ];
    // The last character has four bits that decoding drops.
    const last = signature.charCodeAt(85);
    for (const other of "ABCDQRSTghijwxyz")
      if (other.charCodeAt(0) !== last)
        spellings.push({ [CLAIM_HEADERS.signature]: signature.slice(0, 85) + other });
    for (const spelling of spellings)
      expect(verdictOn(messageWith(SUBJECT, claimBody("worker:1", 1), { ...headers, ...spelling }))).toBe(
        "bad-signature",
      );
  });

  it("refuses a claim of which a header is missing", () => {
    const headers = headersOf(signed());
    for (const name of Object.values(CLAIM_HEADERS))
      expect(verdictOn(messageWith(SUBJECT, claimBody("worker:1", 1), { ...headers, [name]: "" }))).toBe(
        "bad-signature",
      );
  });

  it("never throws, whatever headers hold", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constant(""),
      fc.constantFrom(...Object.values(headersOf(signed()))),
    );
    fc.assert(
      fc.property(fc.array(texts, { minLength: 5, maxLength: 5 }), (values) => {
        const names = Object.values(CLAIM_HEADERS);
        const headers = Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
        expect(typeof verdictOn(messageWith(SUBJECT, claimBody("worker:1", 1), headers))).toBe("string");
      }),
    );
  });
});
