import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePresence, encodePresence, type Presence } from "./presence.ts";

const PRESENCE: Presence = {
  node: "node-1",
  boot: "0b9d6a52-3d2e-4c5b-8f0a-1f6f6f3a9c11",
  since_beat: 5,
  leaving: false,
  asking: false,
  leader: "node-2",
  acting: "node-3",
  timeline: {
    epoch: 1_767_225_600,
    first_beat: 7,
    due_ms: 1_767_225_603_000.25,
    tempo_bpm: 60,
    bar_length: 8,
    bar_origin: 1,
    last_beat: 7,
    next: { from_beat: 9, tempo_bpm: 66 },
  },
};

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("BACKBEAT-REQ-001 presence", () => {
  it("is read as it was written, with and without what a pulse may not know yet", () => {
    expect(decodePresence(encodePresence(PRESENCE))).toEqual(PRESENCE);
    const bare = { node: "node-1", leaving: true, asking: true };
    expect(decodePresence(encodePresence(bare))).toEqual(bare);
  });

  it("keeps who is there where the rest is not to be believed", () => {
    const type = "backbeat.pulse.v1";
    const timeline = { ...PRESENCE.timeline, tempo_bpm: 0 };
    expect(
      decodePresence(
        bytes({ type, ...PRESENCE, boot: "no boot", since_beat: -1, leader: "no node", acting: 7, timeline }),
      ),
    ).toEqual({
      node: "node-1",
      leaving: false,
      asking: false,
    });
    for (const next of [null, 7, {}, { from_beat: 1, tempo_bpm: 2_000 }])
      expect(
        decodePresence(bytes({ type, ...PRESENCE, timeline: { ...PRESENCE.timeline, next } })),
      ).not.toHaveProperty("timeline");
  });

  it("is nothing else, whatever arrives", () => {
    for (const value of [null, 7, [], {}, { ...PRESENCE }, { type: "backbeat.pulse.v1", node: "no node" }])
      expect(decodePresence(bytes(value))).toBeUndefined();
    expect(decodePresence(new Uint8Array(5_000))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (body) => decodePresence(body) === undefined));
  });
});
