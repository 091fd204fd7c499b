import { EventEmitter } from "node:events";
import type { ReadStream, WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { CLUSTER, claimBody, frameBody, frameOf } from "../../../../test/support/messages.ts";
import { type BarReport, subjectsOf, windowIdOf } from "../../../contracts/index.ts";
import { fakeBroker } from "../../../sdk/testing/fake-bus.ts";
import { FakeClock } from "../../../sdk/testing/fake-clock.ts";
import { paintFor } from "../../paint.ts";
import { FleetFold } from "./fleet-fold.ts";
import { NoteLog } from "./note-log.ts";
import { ScreenEye } from "./screen-eye.ts";
import { screenPaint } from "./screen-paint.ts";
import { Terminal } from "./terminal.ts";

const subjects = subjectsOf(CLUSTER);

const REPORT: BarReport = {
  type: "backbeat.barreport.v1",
  window_id: windowIdOf(CLUSTER, 1),
  from_beat: 1,
  to_beat: 8,
  agents_reporting: 3,
  on_time_reviews: 1,
  help_promises_fulfilled: 0,
  secret_rotations_ok: true,
  tempo_drift_ms: 0.4,
  issues: [
    { severity: "error", category: "wait_cycle", count: 1 },
    { severity: "warning", category: "late_claims", count: 2 },
  ],
};

function house(columns = 80, rows = 24) {
  const clock = new FakeClock();
  const broker = fakeBroker();
  const peer = broker.connect();
  let size = { columns, rows };
  let lines: readonly string[] = [];
  const ends: string[][] = [];
  const fold = new FleetFold({ bus: broker.connect(), clock, clusterId: CLUSTER, subjects });
  const eye = new ScreenEye({
    clusterId: CLUSTER,
    clock,
    fold,
    paint: screenPaint(paintFor(false), false),
    size: () => size,
    show: (shown) => {
      lines = shown;
    },
    end: (summary) => ends.push([...summary]),
  });
  return {
    clock,
    eye,
    ends,
    lines: () => lines,
    text: () => lines.join("\n"),
    resize: (to: typeof size) => {
      size = to;
      eye.draw();
    },
    async beat(index: number, claims: readonly Uint8Array[] = []) {
      peer.publish(subjects.beat, frameBody(index, { metadata: { leader: "node-1" } }));
      for (const claim of claims) peer.publish(subjects.status, claim);
      await clock.run(0);
      eye.beat(frameOf(index, { metadata: { leader: "node-1" } }), {
        beat: ((index - 1) % 8) + 1,
        length: 8,
      });
    },
  };
}

const claimsOf = (beat: number) => [
  claimBody("a:waits", beat, { state: "blocked", dependencies: ["b:waits"], task_id: "one" }),
  claimBody("b:waits", beat, { state: "blocked", dependencies: ["a:waits"], task_id: "two" }),
  claimBody("c:works", beat, { state: "executing", task_id: "three", progress: 0.5 }),
];

describe("BACKBEAT-REQ-021 the screen of watch", () => {
  it("shows where the beat is, lanes worst first, the newest report and its issues", async () => {
    const { beat, clock, eye, lines, text } = house();
    expect(lines()[0]).toBe("backbeat  cluster test  waiting for the first beat");
    for (let index = 1; index <= 9; index += 1) {
      await beat(index, claimsOf(index));
      await clock.run(1_000);
    }
    eye.report(REPORT);
    expect(lines()[0]).toBe("backbeat  cluster test  beat 9  1/8  plan  60 BPM  leader node-1");
    expect(lines()[2]).toBe("3 agents  executing 1  blocked 2");
    const lanes = lines().filter((line) => /^[abc]:/.test(line));
    expect(lanes).toEqual([
      "a:waits          in circle one               |bbbbbbbb|b",
      "b:waits          in circle two               |bbbbbbbb|b",
      "c:works          executing three         50% |eeeeeeee|e",
    ]);
    expect(text()).toContain("beats 1-8  3 agents  1 review  0 helps  drift 0.4 ms  2 issues");
    expect(text()).toContain("  error        1  circle of agents that wait for each other");
    eye.end(["bye"]);
  });

  it("fills exactly the screen that there is, and follows it when it is resized", async () => {
    const { beat, eye, lines, resize } = house();
    for (let index = 1; index <= 20; index += 1)
      await beat(
        index,
        Array.from({ length: 40 }, (_, at) => claimBody(`fleet:member-with-a-long-name-${at}`, index)),
      );
    for (let at = 0; at < 5; at += 1) eye.report(REPORT);
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 200, rows: 60 },
      { columns: 40, rows: 8 },
      { columns: 133, rows: 33 },
      { columns: 20, rows: 3 },
    ]) {
      resize(size);
      expect(lines()).toHaveLength(size.rows);
      expect(Math.max(...lines().map((line) => line.length))).toBeLessThanOrEqual(size.columns);
    }
    eye.end([]);
  });

  it("scrolls through lanes, not beyond the last", async () => {
    const { beat, eye, lines } = house();
    await beat(
      1,
      Array.from({ length: 40 }, (_, at) => claimBody(`m:${String(at).padStart(2, "0")}`, 1)),
    );
    const first = () =>
      lines()
        .find((line) => line.startsWith("m:"))
        ?.slice(0, 4);
    expect(first()).toBe("m:00");
    eye.scroll({ lanes: 3 });
    expect(first()).toBe("m:03");
    expect(lines()[3]).toContain("agent (from 4)");
    eye.scroll({ pages: 9 });
    expect(
      lines()
        .filter((line) => line.startsWith("m:"))
        .at(-1)
        ?.slice(0, 4),
    ).toBe("m:39");
    eye.home();
    expect(first()).toBe("m:00");
    eye.end([]);
  });

  it("moves on between beats, says notes for a while, and stands still when it is over", async () => {
    const { beat, clock, ends, eye, lines } = house();
    await beat(1);
    const full = () => lines()[1]?.indexOf("-");
    expect(full()).toBe(0);
    await clock.run(1_000);
    expect(full()).toBe(10);
    eye.note("no beat for 3 beats", true);
    expect(lines().at(-1)).toBe("no beat for 3 beats");
    await clock.run(31_000);
    expect(lines().at(-1)).toBe("q ends it, arrow keys scroll");
    eye.end(["1 beat"]);
    eye.end(["again"]);
    expect(ends).toEqual([["1 beat"]]);
    expect(clock.pending).toBe(0);
  });
});

describe("the terminal under a screen", () => {
  class FakeOutput extends EventEmitter {
    columns = 80;
    rows = 24;
    writableNeedDrain = false;
    written: string[] = [];
    write(text: string): boolean {
      this.written.push(text);
      return true;
    }
  }
  class FakeInput extends EventEmitter {
    isRaw = false;
    setRawMode(raw: boolean): void {
      this.isRaw = raw;
    }
    resume(): void {}
    pause(): void {}
  }

  function terminal() {
    const [output, input] = [new FakeOutput(), new FakeInput()];
    const keys: string[] = [];
    let [resized, closed] = [0, 0];
    const made = new Terminal(
      { output: output as unknown as WriteStream, input: input as unknown as ReadStream },
      {
        key: (key) => keys.push(key),
        resized: () => {
          resized += 1;
        },
        closed: () => {
          closed += 1;
        },
      },
    );
    return { output, input, keys, made, resized: () => resized, closed: () => closed };
  }

  it("takes the second screen and gives the first one back, once", () => {
    const { closed, input, made, output } = terminal();
    expect(output.written.join("")).toContain("\u001b[?1049h");
    expect(input.isRaw).toBe(true);
    output.written.length = 0;
    made.close();
    made.close();
    expect(output.written).toEqual(["\u001b[?25h\u001b[?1049l"]);
    expect(input.isRaw).toBe(false);
    expect(closed()).toBe(1);
    made.show(["late"]);
    expect(output.written).toHaveLength(1);
  });

  it("writes only lines that changed, all of them after a resize, none while the terminal is behind", () => {
    const { made, output, resized } = terminal();
    made.show(["one", "two"]);
    output.written.length = 0;
    made.show(["one", "2"]);
    expect(output.written).toEqual(["\u001b[2;1H2\u001b[K"]);
    made.show(["one", "2"]);
    expect(output.written).toHaveLength(1);
    output.emit("resize");
    expect(resized()).toBe(1);
    output.written.length = 0;
    output.writableNeedDrain = true;
    made.show(["one", "3"]);
    expect(output.written).toEqual([]);
    output.writableNeedDrain = false;
    made.show(["one", "3"]);
    expect(output.written).toEqual(["\u001b[1;1Hone\u001b[K\u001b[2;1H3\u001b[K"]);
    made.close();
  });

  it("reads several presses that come at once, and nothing into words that are none", () => {
    const { input, keys, made } = terminal();
    for (const sent of ["\u0003\u0003", "\u001b[A\u001b[A", "j\u0003", "\u001b[6~q", "constructor"])
      input.emit("data", Buffer.from(sent));
    expect(keys).toEqual(["quit", "quit", "up", "up", "down", "quit", "page-down", "quit"]);
    made.close();
  });

  it("is there again after the program was stopped and goes on", () => {
    const { made, output } = terminal();
    made.show(["one"]);
    output.written.length = 0;
    process.emit("SIGCONT", "SIGCONT");
    expect(output.written[0]).toContain("\u001b[?1049h");
    output.written.length = 0;
    made.show(["one"]);
    expect(output.written).toEqual(["\u001b[1;1Hone\u001b[K"]);
    made.close();
    expect(process.listenerCount("SIGCONT")).toBe(0);
  });

  it("reads keys", () => {
    const { input, keys, made } = terminal();
    for (const pressed of ["\u001b[A", "j", "\u001b[6~", "g", "x", "q", "\u0003"])
      input.emit("data", Buffer.from(pressed));
    expect(keys).toEqual(["up", "down", "page-down", "home", "quit", "quit"]);
    made.close();
  });
});

describe("what is said while there is a screen", () => {
  it("is a note, and errors stand on the first screen afterwards", () => {
    const written: string[] = [];
    const notes: string[] = [];
    const log = new NoteLog((line) => written.push(line));
    log.warn("early");
    log.begin({ note: (text) => notes.push(text) });
    log.warn("NATS is lost");
    log.error("Unexpected error, ending: oh");
    expect([notes, written]).toEqual([["early", "NATS is lost", "Unexpected error, ending: oh"], []]);
    log.end();
    log.warn("late");
    expect(written).toEqual(["Unexpected error, ending: oh", "late"]);
  });
});
