import { describe, expect, it } from "vitest";
import { NATS_SETTINGS } from "./nats.ts";

describe("--nats-monitor", () => {
  it.each([
    ["http://127.0.0.1:8222", ["http://127.0.0.1:8222"]],
    ["http://a:8222, https://b/base/", ["http://a:8222", "https://b/base/"]],
    ["127.0.0.1:8222", undefined],
    ["nats://a:4222", undefined],
    ["http://user:pass@a:8222", undefined],
    ["http://a/varz?x=1", undefined],
    ["", undefined],
  ])("reads %j", (text, expected) => {
    expect(NATS_SETTINGS.natsMonitors.kind.parse(text)).toEqual(expected);
  });
});
