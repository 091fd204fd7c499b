import { describe, expect, it } from "vitest";
import { STORED } from "../../../test/support/messages.ts";
import { recordingLog } from "../../../test/support/recording-log.ts";
import { errorOf } from "../../../test/support/sdk-house.ts";
import type { StatusClaim } from "../../contracts/status-claim.ts";
import type { BusMessage } from "../../ports.ts";
import { fakeBroker } from "../testing/fake-bus.ts";
import { FakeClock, settled } from "../testing/fake-clock.ts";
import { ClaimError } from "./claim-ends.ts";
import { UNDER_WAY_BYTES_MAX } from "./claim-link.ts";
import { Outbox, type OutboxParts } from "./outbox.ts";
import { SENT_MAX } from "./outbox-queue.ts";

const SUBJECT = "claims";
const JOURNAL = '{"streams":["J"],"total":1}';
const NO_JOURNAL = '{"streams":null,"total":0}';
const bytesOf = (text: string) => new TextEncoder().encode(text);

interface HouseOptions {
  readonly connected?: boolean;
  readonly apiPrefix?: string;
  readonly parts?: Partial<OutboxParts>;
}

function house(options: HouseOptions = {}) {
  const clock = new FakeClock();
  const broker = fakeBroker();
  const { apiPrefix } = options;
  const bus = Object.assign(broker.connect({ connected: options.connected ?? true }), { apiPrefix });
  const peer = broker.connect();
  const log = recordingLog();
  const parts: OutboxParts = {
    bus,
    clock,
    log,
    subject: SUBJECT,
    limits: { claimsMax: 10_000, bytesMax: 10_000_000 },
    claimAgeMaxMs: 600_000,
    isBarOver: () => true,
    ...options.parts,
  };
  const heard: number[] = [];
  return {
    clock,
    broker,
    bus,
    peer,
    log,
    heard,
    parts,
    outbox: new Outbox(parts),
    /** Somebody who stores claims, or only listens. */
    listen(answer?: (message: BusMessage, beat: number) => Uint8Array | undefined) {
      return peer.subscribe(SUBJECT, (message) => {
        const { beat_index } = JSON.parse(new TextDecoder().decode(message.data)) as StatusClaim;
        heard.push(beat_index);
        const said = answer?.(message, beat_index);
        if (said !== undefined) message.respond(said);
      });
    },
    /** The JetStream API, asked for streams. */
    api(answer: string) {
      const asked: string[] = [];
      peer.subscribe("$JS.API.STREAM.NAMES", (message) => {
        asked.push(new TextDecoder().decode(message.data));
        message.respond(bytesOf(answer));
      });
      return asked;
    },
  };
}

function claimOf(beat: number): { claim: StatusClaim; body: Uint8Array } {
  const claim: StatusClaim = {
    type: "backbeat.statusclaim.v1",
    agent_id: "a",
    beat_index: beat,
    state: "executing",
    hlc: "0000:0000:0000",
  };
  return { claim, body: bytesOf(JSON.stringify(claim)) };
}

function add(outbox: Outbox, beat: number, body?: Uint8Array): Promise<StatusClaim> {
  const made = claimOf(beat);
  return outbox.add(made.claim, body ?? made.body);
}

describe("BACKBEAT-REQ-041 S3 Outbox", () => {
  it("resolves a claim when the stream has stored it, without asking anybody anything else", async () => {
    const { api, clock, heard, listen, outbox } = house();
    const asked = api(JOURNAL);
    listen(() => STORED);
    expect(await add(outbox, 1)).toMatchObject({ beat_index: 1 });
    await clock.run(60_000);
    expect({ heard, asked, journal: outbox.journal }).toEqual({ heard: [1], asked: [], journal: "journal" });
    expect(clock.pending).toBe(0);
  });

  it("without a journal resolves a claim when the server took it: on the server's word that there is none", async () => {
    const { api, clock, heard, listen, outbox } = house();
    const asked = api(NO_JOURNAL);
    listen();
    const claims = Promise.all([add(outbox, 1), add(outbox, 2)]);
    await clock.run(499);
    expect(outbox.counts.acknowledged).toBe(0);
    await clock.run(1);
    await claims;
    expect(asked).toEqual([`{"subject":"${SUBJECT}"}`]);
    await add(outbox, 3);
    expect({ heard, journal: outbox.journal, counts: outbox.counts.acknowledged }).toEqual({
      heard: [1, 2, 3],
      journal: "none",
      counts: 3,
    });
  });

  it("without JetStream, and with nobody there at all, the server's word is enough, too", async () => {
    const { outbox } = house();
    expect(await add(outbox, 1)).toMatchObject({ beat_index: 1 });
    expect(outbox.journal).toBe("none");
  });

  it("waits for a journal that is away: nobody takes the claim, but the server knows of a stream", async () => {
    const { api, clock, listen, outbox } = house();
    api(JOURNAL);
    let isDone = false;
    const claim = add(outbox, 1).then(() => {
      isDone = true;
    });
    await clock.run(20_000);
    expect(isDone).toBe(false);
    listen(() => STORED);
    await clock.run(5_000);
    await claim;
    expect(outbox.counts.acknowledged).toBe(1);
  });

  it("is not told what the API cannot say: keeps the claim, asks again ever less often", async () => {
    const { api, clock, heard, listen, outbox } = house();
    const asked = api('{"error":{"code":503,"err_code":10008,"description":"unavailable"}}');
    listen();
    const claim = add(outbox, 1);
    await clock.run(40_000);
    expect(outbox.size).toMatchObject({ waiting: 0, sent: 1 });
    // At 0.1, 1.1, 3.1, 7.1, 15.1, 31.1 s.
    expect(asked).toHaveLength(6);
    // Every five seconds without an answer it is sent again.
    expect(new Set(heard)).toEqual(new Set([1]));
    outbox.stop();
    expect((await errorOf(claim)).code).toBe("stopped");
  });

  it("a journal that comes later is noticed by its first answer", async () => {
    const { listen, outbox } = house();
    const mute = listen();
    await outbox.drained();
    mute.unsubscribe();
    await add(outbox, 1);
    expect(outbox.journal).toBe("none");
    listen(() => STORED);
    await add(outbox, 2);
    await settled();
    expect(outbox.journal).toBe("journal");
  });

  it("sends no more than 64 unanswered claims of an agent, in order", async () => {
    const { broker, heard, listen, outbox } = house();
    listen(() => STORED);
    broker.freeze();
    const claims = Array.from({ length: 100 }, (_, at) => add(outbox, at + 1));
    expect(outbox.size).toMatchObject({ sent: SENT_MAX, waiting: 100 - SENT_MAX });
    broker.thaw();
    await Promise.all(claims);
    expect(heard).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });

  it("agents of one connection share what may be under way, and all come to their turn", async () => {
    const { broker, listen, outbox, parts } = house();
    listen(() => STORED);
    const other = new Outbox(parts);
    broker.freeze();
    const large = (beat: number) =>
      bytesOf(`{"beat_index":${beat},"x":"${"x".repeat(UNDER_WAY_BYTES_MAX / 10)}"}`);
    const claims = Array.from({ length: 30 }, (_, at) => add(at % 2 === 0 ? outbox : other, at, large(at)));
    expect(outbox.size.sent + other.size.sent).toBe(9);
    broker.thaw();
    await Promise.all(claims);
    expect(other.counts.acknowledged).toBe(15);
  });

  it("a lost link: everything unanswered again, in order, the same bytes, then what waits", async () => {
    const { broker, bus, heard, listen, outbox } = house();
    listen((_, beat) => (beat === 2 ? undefined : STORED));
    const first = add(outbox, 1);
    const second = add(outbox, 2);
    await first;
    bus.loseLink();
    const third = add(outbox, 3);
    broker.deliver();
    heard.length = 0;
    listen(() => STORED);
    bus.restoreLink();
    await Promise.all([second, third]);
    expect([...new Set(heard)]).toEqual([2, 3]);
    expect(outbox.counts).toMatchObject({ acknowledged: 3, sentAgain: 1 });
  });

  it("BACKBEAT-REQ-044 signs whenever it sends: what waited is signed anew", async () => {
    let signed = 0;
    const sign = () => {
      signed += 1;
      return { "X-Signature": String(signed) };
    };
    const { bus, listen, outbox } = house({ parts: { sign } });
    const signatures: (string | undefined)[] = [];
    const mute = listen((message) => {
      signatures.push(message.headers?.get("X-Signature"));
      return undefined;
    });
    const claim = add(outbox, 1);
    await settled();
    bus.loseLink();
    mute.unsubscribe();
    listen((message) => {
      signatures.push(message.headers?.get("X-Signature"));
      return STORED;
    });
    bus.restoreLink();
    await claim;
    expect(signatures).toEqual(["1", "2"]);
  });

  it("a stream that refuses is asked again later, and it is said; one that never will is believed", async () => {
    const { clock, listen, log, outbox } = house();
    let full = true;
    const TOO_LARGE =
      '{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"}}';
    listen((_, beat) => {
      if (beat === 9) return bytesOf(TOO_LARGE);
      return full
        ? bytesOf('{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"}}')
        : STORED;
    });
    const claim = add(outbox, 1);
    await clock.run(1_000);
    expect(outbox.counts.acknowledged).toBe(0);
    expect(log.texts("warn").join()).toMatch(
      /the server says "maximum bytes exceeded" \(10077\): .* sent again/,
    );
    expect(outbox.refusal).toEqual({ code: 10_077, text: "maximum bytes exceeded" });
    full = false;
    await clock.run(5_000);
    await claim;
    expect(outbox.refusal).toBeUndefined();
    const error = await errorOf(add(outbox, 9));
    expect(error.code).toBe("claim-refused");
    expect(error).toMatchObject({ name: "BackbeatError", serverCode: 10_054 });
    expect(outbox.counts.rejected).toBe(1);
  });

  it("a claim that is given up while the stream refuses says why it was not stored, with the server's code", async () => {
    const { listen, outbox } = house();
    listen(() => bytesOf('{"error":{"code":503,"err_code":10023,"description":"insufficient resources"}}'));
    const claim = errorOf(add(outbox, 1));
    await settled();
    outbox.stop();
    const error = await claim;
    expect(error).toBeInstanceOf(ClaimError);
    expect(error).toMatchObject({ code: "stopped", serverCode: 10_023, data: { serverCode: 10_023 } });
    expect(error.message).toMatch(/the server says "insufficient resources" \(10023\): .*disk/);
  });

  it("takes nobody else's words for those of a stream", async () => {
    const { api, clock, listen, outbox } = house();
    api(NO_JOURNAL);
    listen(() => bytesOf("thanks"));
    const claim = add(outbox, 1);
    await settled();
    expect(outbox.counts.acknowledged).toBe(0);
    await clock.run(500);
    await claim;
    expect(outbox.journal).toBe("none");
  });

  it.each([
    ["no stream", NO_JOURNAL],
    ["no JetStream", ""],
  ])(
    "a leafnode that knows of %s does not outweigh the journal of its hub, which answers later",
    async (_, answer) => {
      const { api, clock, outbox, peer } = house();
      api(answer);
      let isStored = false;
      peer.subscribe(SUBJECT, (message) => {
        clock.after(400, () => {
          isStored = true;
          message.respond(STORED);
        });
      });
      const claim = add(outbox, 1).then(() => isStored);
      await clock.run(500);
      expect([await claim, outbox.journal]).toEqual([true, "journal"]);
      await clock.run(60_000);
      expect(clock.pending).toBe(0);
    },
  );

  it("nobody at the API of a hub says that its leafnode is cut off, not that there is no journal", async () => {
    const { bus, clock, listen, outbox } = house({ apiPrefix: "$JS.hub.API" });
    listen();
    let isDone = false;
    void add(outbox, 1).then(
      () => {
        isDone = true;
      },
      () => undefined,
    );
    await clock.run(60_000);
    expect([bus.connected, isDone, outbox.journal]).toEqual([true, false, "unknown"]);
  });

  it("an answer that does not come within five seconds is not waited for: all is sent again", async () => {
    const { clock, heard, listen, outbox } = house();
    let isLost = true;
    listen((_, beat) => (isLost && beat === 1 ? undefined : STORED));
    const claims = Promise.all([add(outbox, 1), add(outbox, 2)]);
    await settled();
    isLost = false;
    await clock.run(5_200);
    await claims;
    expect(heard).toEqual([1, 2, 1]);
  });

  it("a late answer is an answer: a slow stream is not sent everything again without end", async () => {
    const { api, clock, heard, outbox, peer } = house();
    api(JOURNAL);
    peer.subscribe(SUBJECT, (message) => {
      heard.push(1);
      clock.after(5_500, () => message.respond(STORED));
    });
    const claim = add(outbox, 1);
    await clock.run(30_000);
    await claim;
    expect(heard.length).toBeLessThanOrEqual(2);
    expect(outbox.size).toEqual({ waiting: 0, sent: 0, bytes: 0 });
    expect(outbox.counts.acknowledged).toBe(1);
    await clock.run(60_000);
    expect(clock.pending).toBe(0);
  });

  it("what is sent again is not overtaken by what waited for room", async () => {
    const { api, clock, listen, outbox } = house();
    api(JOURNAL);
    const stored: number[] = [];
    let isSilent = true;
    listen((_, beat) => {
      if (isSilent) return undefined;
      stored.push(beat);
      return STORED;
    });
    const large = (beat: number) => bytesOf(`{"beat_index":${beat},"x":"${"x".repeat(20_000)}"}`);
    const claims = Array.from({ length: 90 }, (_, at) => add(outbox, at + 1, large(at + 1)));
    await clock.run(4_900);
    isSilent = false;
    await clock.run(10_000);
    await Promise.all(claims);
    expect(stored).toEqual([...stored].sort((a, b) => a - b));
    expect(new Set(stored).size).toBe(90);
  });

  it("a stream that was heard once is away when nobody answers for JetStream, and not gone", async () => {
    const { bus, clock, listen, outbox } = house();
    const stream = listen(() => STORED);
    await add(outbox, 1);
    stream.unsubscribe();
    bus.loseLink();
    bus.restoreLink();
    let isDone = false;
    const claim = add(outbox, 2).then(() => {
      isDone = true;
    });
    await clock.run(30_000);
    expect([isDone, outbox.journal]).toEqual([false, "unknown"]);
    listen(() => STORED);
    await clock.run(120_000);
    await claim;
  });

  it("gives up what waited for too long for a bar that is over, and nothing else", async () => {
    const { bus, clock, heard, listen, log, outbox } = house({
      connected: false,
      parts: { claimAgeMaxMs: 60_000, isBarOver: (beat) => beat < 100 },
    });
    listen(() => STORED);
    const old = errorOf(add(outbox, 1));
    const open = add(outbox, 100);
    await clock.run(60_001);
    const young = add(outbox, 2);
    bus.restoreLink();
    expect((await old).code).toBe("claim-expired");
    await Promise.all([open, young]);
    expect(heard).toEqual([100, 2]);
    expect(outbox.counts.expired).toBe(1);
    expect(log.texts("warn")).toEqual(["1 claims waited too long for bars that are over"]);
  });

  it("drains; what is left when it is stopped is given up with an error, and counted", async () => {
    const { broker, clock, outbox } = house({ connected: false });
    const claim = errorOf(add(outbox, 1));
    let isDrained = false;
    void outbox.drained().then(() => {
      isDrained = true;
    });
    await settled();
    expect(isDrained).toBe(false);
    outbox.stop();
    expect((await claim).code).toBe("stopped");
    await settled();
    expect(isDrained).toBe(true);
    expect(outbox.counts.abandoned).toBe(1);
    expect((await errorOf(add(outbox, 2))).code).toBe("stopped");
    broker.deliver();
    expect(clock.pending).toBe(0);
  });
});
