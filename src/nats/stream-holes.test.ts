import { describe, expect, it } from "vitest";
import { StreamHoles } from "./stream-holes.ts";

const state = (last_seq: number, deleted: readonly number[] = []) => ({
  messages: last_seq - deleted.length,
  bytes: 0,
  first_seq: 1,
  last_seq,
  num_deleted: deleted.length,
  deleted,
});

describe("StreamHoles", () => {
  it("R1 knows only what the server lists, all of it, and only of a server that leaves holes", () => {
    const holes = new StreamHoles();
    holes.looked(state(9, [4, 5, 7]), { lastSeq: 3, mayPass: true });
    expect(holes.between(3, 6)).toMatchObject({ fromSeq: 4, toSeq: 5 });
    expect(holes.between(6, 8)).toMatchObject({ fromSeq: 7, toSeq: 7 });
    expect(holes.between(3, 8)).toBeUndefined();
    holes.looked(state(9, [4, 5, 7]), { lastSeq: 3, mayPass: false });
    expect(holes.between(3, 6)).toBeUndefined();
  });

  it("R1 calls live what became empty after the end was read, and nothing that was empty before", () => {
    const holes = new StreamHoles();
    holes.looked(state(6, [3, 6]), { lastSeq: 0, mayPass: true });
    expect(holes.between(2, 4)?.isLive).toBe(false);
    for (const seq of [1, 2, 4, 5]) holes.read(seq);
    // 6 was empty before the end was read.
    expect(holes.between(5, 7)?.isLive).toBe(false);
    holes.read(7);
    holes.looked(state(12, [3, 6, 8, 10]), { lastSeq: 7, mayPass: true });
    expect(holes.between(7, 9)?.isLive).toBe(true);
    expect(holes.between(9, 11)?.isLive).toBe(true);
  });

  it("R1 calls nothing live that may have gone while the link was lost", () => {
    const holes = new StreamHoles();
    holes.looked(state(3), { lastSeq: 3, mayPass: true });
    holes.linkLost();
    holes.looked(state(6, [4]), { lastSeq: 3, mayPass: true });
    expect(holes.between(3, 5)?.isLive).toBe(false);
    holes.read(5);
    holes.read(6);
    holes.looked(state(8, [4, 7]), { lastSeq: 6, mayPass: true });
    expect(holes.between(6, 8)?.isLive).toBe(true);
  });
});
