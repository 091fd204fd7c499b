import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Connection, EventClient } from "./event-client.ts";
import { EVENT_LIMITS } from "./limits.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

const { stuckMs, unreadBytes } = EVENT_LIMITS;
/** A stream that has no end of its own, on which nothing is said but events. */
const LIMITS = { ...EVENT_LIMITS, keepAliveMs: Number.POSITIVE_INFINITY, lifeMs: Number.POSITIVE_INFINITY };

/** A connection that takes what it is given when the test says so. */
function stage() {
  const given: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  const taken: Uint8Array[] = [];
  const connection = {
    destroyed: false,
    writableEnded: false,
    write: (bytes: Uint8Array, done: () => void) => void given.push({ bytes, taken: done }),
    end() {
      connection.writableEnded = true;
    },
    destroy() {
      connection.destroyed = true;
    },
  };
  const client = new EventClient(connection as unknown as Connection, LIMITS, performance.now());
  return {
    client,
    connection,
    /** Bytes that are under way. */
    get underWay() {
      return given.map(({ bytes }) => bytes.length);
    },
    write: (bytes: Uint8Array) => client.write(bytes, performance.now()),
    sweep: () => client.sweep(performance.now()),
    /** Takes the oldest piece; false where none is under way. */
    take(): boolean {
      const piece = given.shift();
      if (piece === undefined) return false;
      taken.push(piece.bytes);
      piece.taken();
      return true;
    },
    /** All that was taken. */
    get text() {
      return Buffer.concat(taken).toString();
    },
  };
}

const eventOf = (letter: string, length: number) => Buffer.from(letter.repeat(length));

describe("EventClient", () => {
  it("keeps who takes a piece now and then, however long all of it takes, and sends everything in order", () => {
    const one = stage();
    const events = ["a", "b", "c", "d"].map((letter) => eventOf(letter, 300_000));
    for (const event of events) expect(one.write(event)).toBeUndefined();
    let turns = 0;
    do {
      expect(one.underWay).toHaveLength(1);
      expect(one.underWay[0]).toBeLessThanOrEqual(64 * 1024);
      vi.advanceTimersByTime(0.9 * stuckMs);
      expect(one.sweep()).toBeUndefined();
      turns += 1;
    } while (one.take() && one.underWay.length > 0);
    expect(turns).toBeGreaterThanOrEqual(1_200_000 / (64 * 1024));
    expect(one.text).toBe(Buffer.concat(events).toString());
  });

  it("gives up who takes nothing for too long, though not who had nothing to take", () => {
    const one = stage();
    vi.advanceTimersByTime(10 * stuckMs);
    expect(one.write(eventOf("a", 10))).toBeUndefined();
    vi.advanceTimersByTime(stuckMs - 1);
    expect(one.sweep()).toBeUndefined();
    expect(one.write(eventOf("b", 10))).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(one.sweep()).toBe("stuck");
    expect(one.connection.destroyed).toBe(true);
  });

  it("R4 gives up who leaves too much unread", () => {
    const one = stage();
    expect(one.write(eventOf("a", unreadBytes))).toBeUndefined();
    expect(one.write(eventOf("b", 1))).toBe("unread");
    expect(one.connection.destroyed).toBe(true);
  });

  it("hands over what has gathered in one piece, and one event as it is", () => {
    const one = stage();
    const event = eventOf("a", 10);
    one.write(event);
    for (const letter of ["b", "c", "d"]) one.write(eventOf(letter, 10));
    expect(one.underWay).toEqual([10]);
    one.take();
    expect(one.underWay).toEqual([30]);
    one.take();
    expect([one.take(), one.text]).toEqual([
      false,
      "a".repeat(10) + "b".repeat(10) + "c".repeat(10) + "d".repeat(10),
    ]);
  });

  it("ends behind all that waits", () => {
    const one = stage();
    for (const letter of ["a", "b", "c"]) one.write(eventOf(letter, 100_000));
    one.client.end();
    expect(one.connection.writableEnded).toBe(true);
    expect(one.write(eventOf("d", 1))).toBeUndefined();
    while (one.take());
    expect(one.text).toBe("a".repeat(100_000) + "b".repeat(100_000) + "c".repeat(100_000));
  });
});
