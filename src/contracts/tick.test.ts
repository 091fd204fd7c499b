import { describe, expect, it } from "vitest";
import { decodeTick, encodeTick } from "./tick.ts";

const WINDOW = "0123456789abcdef0123456789ABCDEF";
const bytes = (text: string) => new TextEncoder().encode(text);

describe("tick", () => {
  it("BACKBEAT-REQ-021 a tick names its bar as it was received", () => {
    expect(decodeTick(encodeTick(WINDOW, "node-1"))).toBe(WINDOW);
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["another type", `{"type":"x","window_id":"${WINDOW}"}`],
    ["no window", '{"type":"backbeat.tick.v1"}'],
    ["a window that is none", '{"type":"backbeat.tick.v1","window_id":"1"}'],
    ["too much", `{"type":"backbeat.tick.v1","window_id":"${WINDOW}","node":"${"x".repeat(2_000)}"}`],
  ])("BACKBEAT-REQ-021 %s is no tick", (_, text) => {
    expect(decodeTick(bytes(text))).toBeUndefined();
  });
});
