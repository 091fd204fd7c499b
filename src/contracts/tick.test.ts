import { describe, expect, it } from "vitest";
import { decodeTick, encodeTick, tickSender } from "./tick.ts";

const WINDOW = "0123456789abcdef0123456789ABCDEF";
const bytes = (text: string) => new TextEncoder().encode(text);

describe("tick", () => {
  it("BACKBEAT-REQ-021 a tick names its bar as it was received", () => {
    expect(decodeTick(encodeTick(WINDOW, { node: "node-1" }))).toBe(WINDOW);
  });

  it("BACKBEAT-REQ-021 a tick tells who appended it, also one of an older version", () => {
    for (const sender of [{ node: "node-1" }, { node: "node-1", boot: "boot-1", since_seq: 7 }])
      expect(tickSender(encodeTick(WINDOW, sender))).toEqual(sender);
  });

  it.each([
    ['"node":7', undefined],
    ['"node":"no node"', undefined],
    ['"node":"n","boot":"no boot","since_seq":-1', { node: "n" }],
    ['"node":"n","boot":null,"since_seq":1.5', { node: "n" }],
  ])("BACKBEAT-REQ-021 a tick with %s closes its bar, and is believed no more", (members, sender) => {
    const body = bytes(`{"type":"backbeat.tick.v1","window_id":"${WINDOW}",${members}}`);
    expect(decodeTick(body)).toBe(WINDOW);
    expect(tickSender(body)).toEqual(sender);
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
    expect(tickSender(bytes(text))).toBeUndefined();
  });
});
