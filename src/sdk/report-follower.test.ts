import { describe, expect, it } from "vitest";
import { reportHeaders } from "../contracts/report-headers.ts";
import type { StreamMessage } from "../ports.ts";
import { ReportFollower, type ReportReader } from "./report-follower.ts";

const COMMIT = "commit";

/** A history of reports 1 … n, as a stream holds them; the body of report n is its number. */
function history(count: number): readonly StreamMessage[] {
  const stored: StreamMessage[] = [];
  let prev = "";
  for (let n = 1; n <= count; n += 1) {
    const data = new TextEncoder().encode(String(n));
    const facts = { algorithm: 1, chain: "c", profile: "p", prev, claims: 0, firstSeq: n, lastSeq: n };
    const headers = reportHeaders({ ...facts, replayFrom: { seq: 1 } }, data);
    prev = headers["Backbeat-Hash"] ?? "";
    stored.push({
      seq: n,
      timeMs: 0,
      subject: COMMIT,
      data,
      headers: { get: (name) => headers[name] ?? "" },
    });
  }
  return stored;
}

/** The stream as far as it was stored. `hold` keeps its answers back until it is called again. */
function streamOf(all: readonly StreamMessage[]) {
  const stream = { end: 0, fault: undefined as Error | undefined, asked: 0, open: Promise.resolve() };
  const reader: ReportReader = {
    async state() {
      stream.asked += 1;
      await stream.open;
      if (stream.fault !== undefined) throw stream.fault;
      return { id: "r", firstSeq: 1, lastSeq: stream.end, bytes: 0 };
    },
    get: (seq) => Promise.resolve(all[seq - 1]),
  };
  return { stream, reader };
}

function following(reader: ReportReader | undefined) {
  const came: string[] = [];
  const follower = new ReportFollower({
    reader,
    commitSubject: COMMIT,
    onReport: ({ data }) => came.push(new TextDecoder().decode(data)),
    onHole: ({ filled, missed }) => came.push(`hole ${filled} of ${missed}`),
    onUnreadable: (why) => came.push(`unreadable: ${why}`),
  });
  return { came, follower };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp(count = 6) {
  const all = history(count);
  const { reader, stream } = streamOf(all);
  const { came, follower } = following(reader);
  /** Report n is stored, and heard. */
  const hear = (n: number) => {
    stream.end = Math.max(stream.end, n);
    const message = all[n - 1];
    if (message !== undefined) follower.heard(message);
  };
  return { all, came, follower, hear, stream };
}

describe("ReportFollower", () => {
  it("hands on what comes in order in the same turn, and asks nothing", () => {
    const { came, hear, stream } = setUp();
    for (const n of [2, 3, 4]) hear(n);
    expect([came, stream.asked]).toEqual([["2", "3", "4"], 0]);
  });

  it("REQ-021 reads what the wire missed, in order, and once although it comes late", async () => {
    const { came, hear } = setUp();
    hear(1);
    hear(4);
    hear(5);
    await settled();
    hear(3);
    hear(6);
    hear(6);
    expect(came).toEqual(["1", "hole 2 of 2", "2", "3", "4", "5", "6", "6"]);
  });

  it("looks at the end when the link is back, and stands still where nothing was heard before", async () => {
    const { came, follower, hear, stream } = setUp();
    follower.lookAtEnd();
    hear(1);
    stream.end = 3;
    follower.lookAtEnd();
    follower.lookAtEnd();
    await settled();
    hear(4);
    expect([came, stream.asked]).toEqual([["1", "hole 2 of 2", "2", "3", "4"], 2]);
  });

  it("without a reader, or where it fails, what was heard comes as it came", async () => {
    const all = history(5);
    const without = following(undefined);
    for (const message of [all[0], all[2]]) if (message !== undefined) without.follower.heard(message);
    expect(without.came).toEqual(["1", "3"]);
    const { came, hear, stream } = setUp();
    stream.fault = new Error("no");
    hear(1);
    hear(3);
    await settled();
    hear(4);
    expect(came).toEqual(["1", "unreadable: no", "3", "4"]);
  });

  it("reports without headers, and with a hash that is not theirs, show no hole", () => {
    const { all, came, follower, hear, stream } = setUp();
    hear(1);
    const [, , third] = all;
    if (third === undefined) throw new Error("no report");
    follower.heard({ data: third.data });
    follower.heard({ ...third, data: new TextEncoder().encode("x") });
    expect([came, stream.asked]).toEqual([["1", "3", "x"], 0]);
  });

  it("R4 reports that find no room while the stream is read are filled from it", async () => {
    const { came, hear, stream } = setUp(400);
    let open = () => {};
    stream.open = new Promise((resolve) => {
      open = resolve;
    });
    hear(1);
    for (let n = 3; n <= 300; n += 1) hear(n);
    expect(came).toEqual(["1"]);
    open();
    await settled();
    hear(301);
    await settled();
    expect(came.filter((text) => /^\d+$/.test(text))).toEqual(
      Array.from({ length: 301 }, (_, at) => String(at + 1)),
    );
  });

  it("is silent after stop, also with a question under way", async () => {
    const { came, follower, hear } = setUp();
    hear(1);
    hear(3);
    follower.stop();
    await settled();
    expect(came).toEqual(["1"]);
  });
});
