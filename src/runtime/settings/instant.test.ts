import { describe, expect, it } from "vitest";
import { instant } from "./instant.ts";

const time = instant("<time>");

describe("BACKBEAT-REQ-044 instant", () => {
  it.each([
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2026-03-01T12:00Z", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01T12:00:00.5+02:00", "2026-03-01T10:00:00.500Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ])("reads %s", (text, iso) => {
    const timeMs = time.parse(text);
    expect(timeMs !== undefined && new Date(timeMs).toISOString()).toBe(iso);
    expect(time.parse(time.format?.(timeMs ?? 0) ?? "")).toBe(timeMs);
  });

  it.each(["", "2026", "2026-02-30", "2026-13-01", "2026-03-01T12:00:00", "2026-03-01T25:00Z", "tomorrow"])(
    "refuses %j",
    (text) => {
      expect(time.parse(text)).toBeUndefined();
    },
  );
});
