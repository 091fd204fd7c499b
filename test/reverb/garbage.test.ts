import { describe, expect, it } from "vitest";
import { claimBody, frameBody } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { startRealReverb, subjects } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

/** What a nats-server takes by default. */
const NATS_BODY_BYTES_MAX = 2 ** 20;

const text = (value: string) => new TextEncoder().encode(value);
const claimText = (members: string) =>
  text(
    `{"type":"backbeat.statusclaim.v1","agent_id":"a","beat_index":1,"state":"idle","hlc":"0000:0000:0000"${members}}`,
  );

const CLAIMS: readonly (readonly [string, Uint8Array])[] = [
  ["refused-not-json", new Uint8Array(0)],
  ["refused-not-json", text("not json")],
  ["refused-not-json", new Uint8Array([0xff, 0xfe, 0x80])],
  ["refused-not-json", text("[".repeat(60_000))],
  ["refused-too-large", new Uint8Array(NATS_BODY_BYTES_MAX).fill(0x20)],
  ["refused-not-object", text("[]")],
  ["refused-wrong-message-type", text('{"type":"backbeat.beatframe.v1"}')],
  ["refused-missing-member", text('{"type":"backbeat.statusclaim.v1"}')],
  ["refused-wrong-member-type", claimText(',"progress":"half"')],
  ["refused-out-of-limits", claimText(',"progress":2')],
  [
    "refused-beat-index-too-large",
    text(
      new TextDecoder().decode(claimText("")).replace('"beat_index":1', '"beat_index":9223372036854775807'),
    ),
  ],
  ["refused-too-far-ahead", claimBody("a", 1_000)],
  ["counted", claimText(',"__proto__":{"polluted":true},"constructor":1')],
];

describe("bad input on a real server", () => {
  it("BACKBEAT-REQ-020 R6 is refused by its reason, shown in the report, and stops nothing", async () => {
    await using server = await startTestServer();
    await using running = await startRealReverb(server.url, { graceMs: 0 });
    const { peer, reports, reverb } = running;
    peer.publish(subjects.beat, frameBody(1));
    for (const [, body] of CLAIMS) peer.publish(subjects.status, body);
    peer.publish(subjects.beat, frameBody(2, { cluster_id: "other" }));
    peer.publish(subjects.beat, new Uint8Array(NATS_BODY_BYTES_MAX));
    for (let beat = 2; beat <= 9; beat += 1) peer.publish(subjects.beat, frameBody(beat));
    await waitFor("the report", () => reports.length === 1);

    const { totals } = reverb.view.status();
    const expected: Record<string, number> = {};
    for (const [outcome] of CLAIMS) expected[outcome] = (expected[outcome] ?? 0) + 1;
    expect(Object.fromEntries(Object.entries(totals.claims).filter(([, count]) => count > 0))).toEqual(
      expected,
    );
    expect(totals.frames).toMatchObject({ foreign: 1, "refused-too-large": 1, advanced: 7, opened: 2 });
    expect(totals.bends["unknown-member"]).toBe(2);
    const invalid = reports[0]?.issues?.find((issue) => issue.category === "invalid_messages")?.count;
    expect(invalid).toBe(CLAIMS.length - 1 + 1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
