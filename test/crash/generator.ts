/**
 * The generator of the crash tests, a process of its own that nobody kills: beats and claims at a steady rate, each
 * acknowledged by the journal or sent again, and a log of the acknowledgements on disk.
 *
 * It knows nothing of reverb. Among its claims are some that are sent twice without being asked, some for bars long
 * over, and some for beats to come. While the server is away nothing is sent; what was under way is sent again.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { connect, createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { subjectsOf } from "../../src/contracts/index.ts";
import { SeededRandom } from "../../src/sim/random.ts";
import {
  acknowledgedAt,
  CLUSTER,
  claimText,
  frameBytes,
  type Load,
  type LoadDone,
  type LogLine,
  logText,
} from "./load.ts";

/** Claims under way: at 1,000 agents 8 of each, well within the ring that knows duplicates. */
const UNDER_WAY_MAX = 8_192;
/** A stream of three replicas may be without a leader for 8 s; who asks again in time loses nothing by it. */
const SEND_AGAIN_AFTER_MS = 2_000;
const FRAME_AGAIN_AFTER_MS = 100;
const TICK_MS = 5;
const LOG_EVERY_MS = 100;
/** What was missed for longer is not made up for: a server that was away is not drowned. */
const BACKLOG_MAX_MS = 500;
const TWICE_RATE = 0.005;
const LATE_RATE = 0.002;
const AHEAD_RATE = 0.005;
const AHEAD_BEATS_MAX = 4;
const DRAIN_MAX_MS = 90_000;

const subjects = subjectsOf(CLUSTER);
const nowMs = () => performance.timeOrigin + performance.now();

interface Sent {
  readonly beat: number;
  sentAtMs: number;
}

interface SentFrame {
  readonly beat: number;
  readonly windowId: string;
  readonly body: Uint8Array;
  readonly firstSentAtMs: number;
  sentAtMs: number;
}

class Generator {
  readonly #load: Load;
  readonly #connection: NatsConnection;
  readonly #inbox = createInbox();
  readonly #random: SeededRandom;
  readonly #claims = new Map<number, Sent>();
  readonly #log: number;
  #lines: string[] = [];
  #frame: SentFrame | undefined;
  #isUp = true;
  #isStopping = false;
  #beat = 0;
  #nextId = 1;
  #framesStored = 0;
  #resent = 0;
  #lastAckAtMs = nowMs();
  #silenceMaxMs = 0;
  readonly #originMs = nowMs();
  #claimsFromMs = nowMs();
  #claimsSent = 0;

  constructor(load: Load, connection: NatsConnection) {
    this.#load = load;
    this.#connection = connection;
    this.#random = new SeededRandom(load.seed, 1);
    this.#log = openSync(load.logPath, "w");
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#acknowledged(message);
      },
    });
    void this.#watchLink();
    setInterval(() => this.#tick(), TICK_MS);
    setInterval(() => this.#writeLog(), LOG_EVERY_MS);
  }

  /** No more claims; ends when all were acknowledged and the bar after the last one has begun. */
  async stop(): Promise<LoadDone> {
    this.#isStopping = true;
    const deadlineMs = nowMs() + DRAIN_MAX_MS;
    while (this.#claims.size > 0 && nowMs() < deadlineMs) await pause();
    const { barLength } = this.#load;
    const lastBar = Math.floor((this.#beat - 1) / barLength);
    const enough = (lastBar + 1) * barLength + 2;
    while ((this.#beat < enough || this.#frame !== undefined) && nowMs() < deadlineMs) await pause();
    this.#writeLog();
    closeSync(this.#log);
    return {
      claims: this.#nextId - 1,
      frames: this.#framesStored,
      resent: this.#resent,
      silenceMaxMs: Math.round(this.#silenceMaxMs),
      unacknowledged: this.#claims.size,
    };
  }

  async #watchLink(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === "disconnect") this.#isUp = false;
      else if (type === "reconnect") this.#backUp();
    }
  }

  #backUp(): void {
    this.#isUp = true;
    for (const [id, sent] of this.#claims) this.#sendAgain(id, sent);
  }

  #tick(): void {
    if (!this.#isUp) return;
    this.#beatIfDue();
    this.#sendOverdue();
    if (!this.#isStopping && this.#beat > 0) this.#sendDue();
  }

  /** What became due while the link was down is skipped, as a pulse does. */
  #beatIfDue(): void {
    const { beatMs } = this.#load;
    const due = 1 + Math.floor((nowMs() - this.#originMs) / beatMs);
    const now = nowMs();
    if (due > this.#beat) {
      this.#beat = due;
      const { body, windowId } = frameBytes(due, this.#load);
      this.#frame = { beat: due, windowId, body, firstSentAtMs: now, sentAtMs: now };
      this.#sendFrame(this.#frame);
    } else if (this.#frame !== undefined && now - this.#frame.sentAtMs > FRAME_AGAIN_AFTER_MS) {
      this.#frame.sentAtMs = now;
      this.#sendFrame(this.#frame);
    }
  }

  #sendFrame({ beat, body }: SentFrame): void {
    this.#connection.publish(subjects.beat, body, { reply: `${this.#inbox}.f${beat}` });
  }

  #sendOverdue(): void {
    const before = nowMs() - SEND_AGAIN_AFTER_MS;
    for (const [id, sent] of this.#claims) {
      if (sent.sentAtMs > before) return;
      this.#sendAgain(id, sent);
    }
  }

  #sendAgain(id: number, sent: Sent): void {
    sent.sentAtMs = nowMs();
    this.#resent += 1;
    this.#send(id, sent.beat);
  }

  #sendDue(): void {
    const { barLength, claimsPerSecond } = this.#load;
    const now = nowMs();
    const owed = ((now - this.#claimsFromMs) / 1_000) * claimsPerSecond - this.#claimsSent;
    const room = UNDER_WAY_MAX - this.#claims.size;
    const count = Math.min(Math.floor(owed), room);
    for (let n = 0; n < count; n += 1) this.#claim(barLength, now);
    this.#claimsSent += count;
    if (owed - count > (BACKLOG_MAX_MS / 1_000) * claimsPerSecond) {
      this.#claimsFromMs = now;
      this.#claimsSent = 0;
    }
  }

  #claim(barLength: number, now: number): void {
    const id = this.#nextId++;
    const draw = this.#random.fraction();
    let beat = this.#beat;
    if (draw < LATE_RATE) beat = Math.max(1, beat - 2 * barLength);
    else if (draw < LATE_RATE + AHEAD_RATE) beat += this.#random.integer(1, AHEAD_BEATS_MAX);
    this.#claims.set(id, { beat, sentAtMs: now });
    this.#send(id, beat);
    if (draw > 1 - TWICE_RATE)
      this.#connection.publish(subjects.status, claimText(id, beat, this.#load.agents));
  }

  #send(id: number, beat: number): void {
    this.#connection.publish(subjects.status, claimText(id, beat, this.#load.agents), {
      reply: `${this.#inbox}.${id}`,
    });
  }

  #acknowledged(message: Msg): void {
    const seq = acknowledgedAt(message.string());
    // No stream listens, or it refused: what is under way is sent again when its time has come.
    if (seq === undefined) return;
    const now = nowMs();
    this.#silenceMaxMs = Math.max(this.#silenceMaxMs, now - this.#lastAckAtMs);
    this.#lastAckAtMs = now;
    const name = message.subject.slice(this.#inbox.length + 1);
    if (name.startsWith("f")) {
      this.#frameStored(Number(name.slice(1)), seq);
      return;
    }
    const id = Number(name);
    const sent = this.#claims.get(id);
    if (sent === undefined) return;
    this.#claims.delete(id);
    this.#note({ kind: "claim", id, beat: sent.beat, seq });
  }

  #frameStored(beat: number, seq: number): void {
    if (this.#frame?.beat !== beat) return;
    const { firstSentAtMs: sentAtMs, windowId } = this.#frame;
    this.#frame = undefined;
    this.#framesStored += 1;
    this.#note({ kind: "frame", beat, windowId, seq, sentAtMs });
  }

  #note(line: LogLine): void {
    this.#lines.push(logText(line));
  }

  #writeLog(): void {
    const text = this.#lines.join("");
    this.#lines = [];
    if (text !== "") writeSync(this.#log, text);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TICK_MS));
}

const load = JSON.parse(process.argv[2] ?? "{}") as Load;
const connection = await connect({
  servers: [...load.servers],
  name: "crash-generator",
  maxReconnectAttempts: -1,
  reconnectTimeWait: 50,
  reconnectJitter: 50,
  pingInterval: 2_000,
  maxPingOut: 2,
  ignoreClusterUpdates: true,
});
const generator = new Generator(load, connection);
process.on("message", () => {
  void generator.stop().then((done) => {
    process.send?.(done);
    process.disconnect();
    process.exit(0);
  });
});
process.on("disconnect", () => process.exit(1));
process.send?.("ready");
