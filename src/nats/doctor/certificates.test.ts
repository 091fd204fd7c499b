import { describe, expect, it } from "vitest";
import { judgeCertificate } from "./certificates.ts";

const DAY_MS = 86_400_000;
const nowMs = Date.UTC(2026, 2, 1);

/** Of a year, unless it is told otherwise. */
const lasting = (leftDays: number, lifeDays = 365) => ({
  name: "nats.example",
  notBeforeMs: nowMs + (leftDays - lifeDays) * DAY_MS,
  notAfterMs: nowMs + leftDays * DAY_MS,
});

describe("judgeCertificate", () => {
  it.each([
    [
      "for long",
      lasting(57),
      "ok",
      /^the certificate of tls:\/\/a:1 \(nats.example\) is good for 57 days, until/,
    ],
    ["two weeks", lasting(14), "ok", /good for 14 days, until 2026-03-15T00:00:00Z$/],
    ["less", lasting(13.9), "warning", /good for 13 days only, until/],
    ["an hour", lasting(1 / 24), "warning", /good for 1 hour only, until/],
    ["half of a day", lasting(0.5, 1), "ok", /good for 12 hours, until/],
    ["the last third of a day", lasting(0.3, 1), "warning", /good for 7 hours only, until/],
    ["no more", lasting(-2), "problem", /expired on 2026-02-27T00:00:00Z, 2 days ago$/],
    ["not yet", lasting(400), "problem", /is not valid before 2026-04-05T00:00:00Z, in 35 days$/],
  ])("BACKBEAT-REQ-020 judgeCertificate of one that is good %s", (_name, dates, level, found) => {
    const finding = judgeCertificate(dates, { of: "tls://a:1", nowMs });
    expect(finding).toMatchObject({ level, found: expect.stringMatching(found) });
    if (level !== "ok") expect(finding.fix).toMatch(/renew it on the server/);
  });

  it("BACKBEAT-REQ-020 judgeCertificate says where our own one is to be renewed", () => {
    expect(judgeCertificate(lasting(3), { nowMs })).toMatchObject({
      level: "warning",
      found: expect.stringMatching(/^our own certificate \(nats.example\) is good for 3 days only/),
      fix: "renew the file of --nats-tls-cert",
    });
  });
});
