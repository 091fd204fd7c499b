import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyOf, damagedMessages, messages } from "../../test/contracts/arbitrary-messages.ts";
import { claim, frame, report } from "../../test/contracts/example-messages.ts";
import {
  BODY_BYTES_MAX,
  createDecoder,
  type MessageKind,
  messageKindOf,
  REFUSAL_REASONS,
  Refusal,
} from "./decode.ts";

const EXAMPLES = { frame, claim, report };
const KINDS = ["frame", "claim", "report"] as const;
const MODES = ["lenient", "strict"] as const;

/** The text of a message in which one member is written as given. */
function withRaw(kind: MessageKind, member: string, json: string): string {
  const message = { ...EXAMPLES[kind], [member]: "@" };
  return JSON.stringify(message).replace('"@"', json);
}

function reasonOf(outcome: unknown): string {
  return outcome instanceof Refusal ? `${outcome.reason} ${outcome.member}`.trim() : "taken";
}

describe.each(MODES)("BACKBEAT-REQ-020 Decoder in %s mode", (mode) => {
  const decoder = createDecoder({ mode });

  it("takes a valid message of each kind as it is", () => {
    for (const kind of KINDS) expect(decoder[kind](bodyOf(EXAMPLES[kind]))).toEqual(EXAMPLES[kind]);
  });

  it("finds the kind of a message by its type", () => {
    for (const kind of KINDS) expect(decoder.message(bodyOf(EXAMPLES[kind]))).toEqual(EXAMPLES[kind]);
    for (const type of ["backbeat.beatframe.v2", "", 1, null, undefined, ["backbeat.beatframe.v1"]])
      expect(reasonOf(decoder.message(bodyOf({ ...frame, type })))).toBe("wrong-message-type /type");
  });

  it("refuses a message of another kind", () => {
    expect(reasonOf(decoder.frame(bodyOf(claim)))).toBe("wrong-message-type /type");
    expect(reasonOf(decoder.claim(bodyOf(report)))).toBe("wrong-message-type /type");
    expect(reasonOf(decoder.report(bodyOf({ ...report, type: undefined })))).toBe("wrong-message-type /type");
  });

  it("takes every legal tenth of tempo", () => {
    for (let tenths = 1; tenths <= 10_000; tenths += 1) {
      const text = `${Math.floor(tenths / 10)}.${tenths % 10}`;
      const outcome = decoder.frame(bodyOf(withRaw("frame", "tempo_bpm", text)));
      if (outcome instanceof Refusal) expect.fail(`${text} ${outcome.text}`);
    }
  });

  it.each([
    ["0", "taken"],
    ["-0", "taken"],
    ["1e3", "taken"],
    ["9007199254740991", "taken"],
    ["9007199254740992", "beat-index-too-large"],
    ["9007199254740993", "beat-index-too-large"],
    ["9223372036854775807", "beat-index-too-large"],
    ["18446744073709551616", "out-of-limits"],
    ["1e400", "wrong-member-type"],
    ["-1", "out-of-limits"],
    ["0.5", "wrong-member-type"],
    ['"1"', "wrong-member-type"],
    ["true", "wrong-member-type"],
    ["[1]", "wrong-member-type"],
  ])("reads a beat index written %s: %s", (text, reason) => {
    for (const [kind, member] of [
      ["frame", "beat_index"],
      ["claim", "beat_index"],
      ["report", "from_beat"],
      ["report", "to_beat"],
    ] as const) {
      const expected = reason === "taken" ? "taken" : `${reason} /${member}`;
      expect(reasonOf(decoder[kind](bodyOf(withRaw(kind, member, text))))).toBe(expected);
    }
  });

  it("refuses a body above the limit unread, and takes one that just fits", () => {
    const text = JSON.stringify(claim);
    const fits = text.padEnd(BODY_BYTES_MAX, " ");
    expect(decoder.claim(bodyOf(fits))).toEqual(claim);
    expect(reasonOf(decoder.claim(bodyOf(`${fits} `)))).toBe("too-large");
    expect(reasonOf(createDecoder({ mode, bodyBytesMax: text.length - 1 }).claim(bodyOf(text)))).toBe(
      "too-large",
    );
    expect(createDecoder({ mode, bodyBytesMax: text.length }).claim(bodyOf(text))).toEqual(claim);
  });

  it.each([
    ["an empty body", ""],
    ["blanks", " \n"],
    ["half a message", JSON.stringify(claim).slice(0, 60)],
    ["two messages", JSON.stringify(claim).repeat(2)],
    ["a number that JSON does not know", withRaw("claim", "progress", "NaN")],
    ["a comment", `${JSON.stringify(claim)} // claim`],
    ["a raw line break in a string", withRaw("claim", "notes", '"a\nb"')],
    ["64 KiB of opening brackets", "[".repeat(BODY_BYTES_MAX)],
    ["64 KiB of opening objects", '{"a":'.repeat(BODY_BYTES_MAX / 8)],
  ])("refuses %s as not JSON", (_name, text) => {
    for (const kind of [...KINDS, "message"] as const) {
      expect(reasonOf(decoder[kind](bodyOf(text)))).toBe("not-json");
    }
  });

  it("refuses bytes that are not UTF-8", () => {
    const [before, after] = JSON.stringify({ ...claim, notes: "@" }).split("@") as [string, string];
    const hostile = [
      [0xff],
      [0xc3],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
    ];
    for (const bytes of hostile) {
      const body = Uint8Array.from([...bodyOf(before), ...bytes, ...bodyOf(after)]);
      expect(reasonOf(decoder.claim(body))).toBe("not-json");
    }
  });

  it.each(["null", "true", "7", '"text"', "[]", `[${JSON.stringify(claim)}]`])(
    "refuses %s as no object",
    (text) => {
      for (const kind of [...KINDS, "message"] as const) {
        expect(reasonOf(decoder[kind](bodyOf(text)))).toBe("not-object");
      }
    },
  );

  it("takes nesting to any depth in an open member", () => {
    const depth = 20_000;
    const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(reasonOf(decoder.claim(bodyOf(withRaw("claim", "metadata", `{"a":${nested}}`))))).toBe("taken");
  });

  it("names the member that is missing", () => {
    for (const kind of KINDS) {
      for (const name of Object.keys(EXAMPLES[kind])) {
        const outcome = reasonOf(decoder[kind](bodyOf({ ...EXAMPLES[kind], [name]: undefined })));
        expect(outcome).toBe(name === "type" ? "wrong-message-type /type" : `missing-member /${name}`);
      }
    }
  });

  it("tolerates what other writers add to an issue", () => {
    const issue = { severity: "fatal", category: "timeout", count: 1, description: "late", agents: ["a"] };
    expect(decoder.report(bodyOf({ ...report, issues: [issue] }))).toEqual({ ...report, issues: [issue] });
  });

  it("keeps a hostile member name out of what it hands on", () => {
    const text = `{"__proto__":{"state":"failed","polluted":1},"constructor":1,${JSON.stringify(claim).slice(1)}`;
    const outcome = decoder.claim(bodyOf(text));
    if (mode === "strict") expect(reasonOf(outcome)).toMatch(/^unknown-member/);
    else expect(outcome).toEqual(claim);
    expect(Object.getPrototypeOf(outcome)).toBe(
      outcome instanceof Refusal ? Refusal.prototype : Object.prototype,
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("says no more than a line of what a stranger wrote", () => {
    for (const member of ["state", "agent_id", "hlc", "notes"]) {
      const outcome = decoder.claim(bodyOf({ ...claim, [member]: "\u0007".repeat(9000) }));
      expect((outcome as Refusal).text.length).toBeLessThan(700);
      expect((outcome as Refusal).text).not.toContain("\u0007");
    }
  });

  it("never throws, whatever arrives", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        for (const kind of [...KINDS, "message"] as const) {
          expect(REFUSAL_REASONS).toContain((decoder[kind](body) as Refusal).reason);
        }
      }),
    );
  });

  it("never throws on damaged messages, and every refusal names a reason", () => {
    fc.assert(
      fc.property(damagedMessages, ([kind, value]) => {
        const outcome = decoder[kind](bodyOf(value));
        if (outcome instanceof Refusal) {
          expect(REFUSAL_REASONS).toContain(outcome.reason);
          expect(outcome.text).not.toContain("undefined");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throws on a valid message with bytes changed or cut", () => {
    const hurts = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(messages, hurts, fc.nat(), ([kind, message], changes, cut) => {
        const body = bodyOf(message);
        for (const [at, byte] of changes) body[at % body.length] = byte;
        const shorter = body.subarray(0, cut % (body.length + 1));
        expect(decoder[kind](shorter)).toBeInstanceOf(Object);
        expect(decoder.message(shorter)).toBeInstanceOf(Object);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes every valid message as it was written", () => {
    fc.assert(
      fc.property(messages, ([kind, message]) => {
        const body = bodyOf(message);
        expect(decoder[kind](body)).toEqual(JSON.parse(JSON.stringify(message)));
      }),
    );
    expect(Object.values(decoder.bends).every((bent) => bent === 0 || mode === "lenient")).toBe(true);
  });
});

describe("BACKBEAT-REQ-020 Decoder modes", () => {
  it("reads strictly only what it also reads leniently, and to the same value", () => {
    const strict = createDecoder({ mode: "strict" });
    const lenient = createDecoder();
    fc.assert(
      fc.property(damagedMessages, ([kind, value]) => {
        const outcome = strict[kind](bodyOf(value));
        if (!(outcome instanceof Refusal)) expect(lenient[kind](bodyOf(value))).toEqual(outcome);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes a byte order mark leniently and refuses it strictly", () => {
    const body = bodyOf(`\ufeff${JSON.stringify(claim)}`);
    expect(createDecoder().claim(body)).toEqual(claim);
    expect(reasonOf(createDecoder({ mode: "strict" }).claim(body))).toBe("not-json");
  });

  it("knows the three types by name", () => {
    for (const kind of KINDS) expect(messageKindOf(EXAMPLES[kind].type)).toBe(kind);
    expect(messageKindOf("toString")).toBeUndefined();
  });
});
