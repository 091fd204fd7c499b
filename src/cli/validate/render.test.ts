import { describe, expect, it } from "vitest";
import { paintFor } from "../paint.ts";
import type { Finding, Summary } from "./checker.ts";
import { asJson, asText, printable } from "./render.ts";

const finding: Finding = {
  file: "claims.json",
  line: 3,
  entry: 2,
  member: "/progress",
  reason: "out-of-limits",
  text: "is 1.5, must be <= 1",
};

const noBends = { "unknown-member": 0, "null-member": 0, "state-alias": 0, "phase-alias": 0, "long-hlc": 0 };

const summary: Summary = {
  files: 2,
  messages: 9,
  valid: 4,
  bent: 2,
  bends: { ...noBends, "null-member": 3, "state-alias": 1 },
  refused: 3,
  refusedBy: { "not-json": 1, "out-of-limits": 2 },
};

const plain = asText(paintFor(false));

describe("OBS-003 asText", () => {
  it("writes one line for a finding", () => {
    expect(plain.finding(finding)).toBe(
      "claims.json:3: /progress: out-of-limits — is 1.5, must be <= 1 (entry 2)",
    );
    const { entry: _entry, ...alone } = finding;
    expect(plain.finding({ ...alone, member: "" })).toBe(
      "claims.json:3: message: out-of-limits — is 1.5, must be <= 1",
    );
  });

  it("writes one line of sums", () => {
    expect(plain.summary(summary)).toBe(
      "9 messages in 2 files: 4 valid, 2 bent (null-member 3, state-alias 1), 3 refused (not-json 1, out-of-limits 2)",
    );
    const one = { ...summary, files: 1, messages: 1, valid: 1, bent: 0, refused: 0 };
    expect(plain.summary(one)).toBe("1 message in 1 file: 1 valid");
    expect(plain.summary({ ...one, valid: 0, refused: 1, refusedBy: { "too-large": 1 } })).toBe(
      "1 message in 1 file: 1 refused (too-large 1)",
    );
  });

  it("colours only when told to", () => {
    const ESC = String.fromCharCode(27);
    expect(plain.finding(finding)).not.toContain(ESC);
    expect(asText(paintFor(true)).finding(finding)).toContain(`${ESC}[31mout-of-limits${ESC}[39m`);
    expect(asText(paintFor(true)).summary(summary)).toContain(`${ESC}[32m4 valid`);
  });

  it("lets nothing through that could steer a terminal", () => {
    const hostile = {
      ...finding,
      file: "a\u001b[2J.json",
      member: "/\u202ex",
      text: 'is "\u009b31m\u0007", …',
    };
    expect(plain.finding(hostile)).toBe(
      'a\\u{1b}[2J.json:3: /\\u{202e}x: out-of-limits — is "\\u{9b}31m\\u{7}", … (entry 2)',
    );
    expect(printable("line\nbreak \u2028 é 🥁 \ud800")).toBe("line\\u{a}break \\u{2028} é 🥁 \\u{d800}");
  });
});

describe("OBS-003 asJson", () => {
  it("writes one object for a finding and one for the summary", () => {
    expect(JSON.parse(asJson.finding(finding))).toEqual(finding);
    expect(JSON.parse(asJson.summary(summary))).toEqual({
      summary: {
        ...{ files: 2, messages: 9, valid: 4, bent: 2, refused: 3 },
        bends: { "null-member": 3, "state-alias": 1 },
        refused_by: { "not-json": 1, "out-of-limits": 2 },
      },
    });
  });

  it("stays on one line whatever it quotes", () => {
    expect(asJson.finding({ ...finding, file: "a\nb", text: "c\r\nd" })).not.toMatch(/[\r\n]/);
  });
});
