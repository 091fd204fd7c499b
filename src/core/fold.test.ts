import { describe, expect, it } from "vitest";
import { CLUSTER, claimBody, frameBody } from "../../test/support/messages.ts";
import { createDecoder } from "../contracts/decode.ts";
import { subjectsOf } from "../contracts/subjects.ts";
import { encodeTick, type TickSender } from "../contracts/tick.ts";
import { windowIdOf } from "../contracts/window-id.ts";
import { Aggregator } from "./aggregator.ts";
import { Fold } from "./fold.ts";

const SUBJECTS = subjectsOf(CLUSTER);

/** Three bars of four beats, each closed by a tick of this sender, which another repeats. */
function barsClosedBy(sender: TickSender) {
  const fold = new Fold({
    decoder: createDecoder(),
    aggregator: new Aggregator({ clusterId: CLUSTER, barLength: 4 }),
    subjects: SUBJECTS,
  });
  let seq = 0;
  const take = (subject: string, data: Uint8Array) => {
    seq += 1;
    return fold.apply({ seq, timeMs: seq * 100, subject, data });
  };
  const ticked: string[] = [];
  for (let beat = 1; beat <= 13; beat += 1) {
    take(SUBJECTS.beat, frameBody(beat, { barLength: 4 }));
    take(SUBJECTS.status, claimBody("a", beat));
    if (beat === 1 || beat % 4 !== 1) continue;
    const windowId = windowIdOf(CLUSTER, beat - 4);
    for (const node of [sender.node, "other"])
      ticked.push(take(SUBJECTS.tick, encodeTick(windowId, { ...sender, node })));
  }
  return { ticked, closed: fold.takeClosed() };
}

describe("Fold", () => {
  it("R7 a bar is closed by the first tick that names it, whoever sent it and whatever it says of itself", () => {
    const plain = barsClosedBy({ node: "node-1" });
    expect(plain.closed).toHaveLength(3);
    expect(plain.ticked).toEqual(["closed", "ignored", "closed", "ignored", "closed", "ignored"]);
    expect(barsClosedBy({ node: "node-2", boot: "boot-1", since_seq: 5 })).toEqual(plain);
  });
});
