import { describe, expect, it } from "vitest";
import { FakeBroker } from "../sdk/testing/fake-bus.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { FramePublisher } from "./frame-publisher.ts";

const TEMPO_TENTHS = 600;
const ACK = new TextEncoder().encode('{"stream":"J","seq":7}');

/** A publisher, and a stream that acknowledges while `acks` is set. */
function publishing() {
  const clock = new FakeClock();
  const broker = new FakeBroker();
  const stream = broker.connect();
  const bus = broker.connect();
  const state = { acks: true, answer: undefined as string | undefined, bodies: [] as string[] };
  stream.subscribe("beat", (message) => {
    state.bodies.push(new TextDecoder().decode(message.data));
    if (state.acks)
      message.respond(state.answer === undefined ? ACK : new TextEncoder().encode(state.answer));
  });
  const publisher = new FramePublisher("beat", { bus, clock });
  const publish = (beat: number) =>
    publisher.publish(beat, new TextEncoder().encode(`frame ${beat}`), TEMPO_TENTHS);
  return { bus, clock, publish, publisher, state };
}

describe("BACKBEAT-REQ-002 FramePublisher", () => {
  it("repeats a frame that a journal does not acknowledge, to the byte, until the next is due", async () => {
    const { clock, publish, publisher, state } = publishing();
    publish(1);
    await clock.run(1_000);
    expect(state.bodies).toEqual(["frame 1"]);
    state.acks = false;
    publish(2);
    await clock.run(10_000);
    expect(state.bodies.slice(1)).toEqual(["frame 2", "frame 2", "frame 2"]);
    expect(publisher.repeated).toBe(2);
    state.acks = true;
    publish(3);
    await clock.run(1_000);
    expect(state.bodies.slice(4)).toEqual(["frame 3"]);
    expect(clock.pending).toBe(0);
  });

  it("ends to repeat with the acknowledgement, with the next beat, and when it stops", async () => {
    const { clock, publish, publisher, state } = publishing();
    publish(1);
    await clock.run(1_000);
    state.acks = false;
    publish(2);
    await clock.run(300);
    state.acks = true;
    await clock.run(700);
    expect(publisher.repeated).toBe(2);
    state.acks = false;
    publish(3);
    publisher.giveUp();
    await clock.run(1_000);
    publish(4);
    publisher.stop();
    await clock.run(1_000);
    expect(publisher.repeated).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it("repeats nothing where no journal ever answered, and none that is gone for a minute", async () => {
    const { clock, publish, publisher, state } = publishing();
    state.acks = false;
    publish(1);
    await clock.run(1_000);
    expect(publisher.repeated).toBe(0);
    state.acks = true;
    publish(2);
    await clock.run(60_000);
    state.acks = false;
    publish(3);
    await clock.run(1_000);
    expect(publisher.repeated).toBe(0);
  });

  it("says that nothing was taken without a link", () => {
    const { bus, clock, publish } = publishing();
    bus.loseLink();
    expect(publish(1)).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it("says what the journal refuses, with the server's words and what to do, until it stores a frame again", async () => {
    const { clock, publish, publisher, state } = publishing();
    state.answer =
      '{"error":{"code":503,"err_code":10023,"description":"insufficient resources"},"stream":"J","seq":0}';
    publish(1);
    await clock.run(1_000);
    expect(publisher.trouble).toEqual({
      isRefused: true,
      text: expect.stringMatching(
        /does not store beats: the server says "insufficient resources" \(10023\): .*disk/,
      ),
    });
    expect(publisher.refused).toBe(1);
    state.answer = undefined;
    publish(2);
    await clock.run(1_000);
    expect(publisher.trouble).toBeUndefined();
  });

  it("says that a journal which acknowledged frames is silent, after three beats and ten seconds", async () => {
    const { clock, publish, publisher, state } = publishing();
    publish(1);
    await clock.run(1_000);
    state.acks = false;
    for (let beat = 2; beat <= 11; beat += 1) {
      publish(beat);
      expect(publisher.trouble).toBeUndefined();
      await clock.run(1_000);
    }
    expect(publisher.trouble).toMatchObject({ isRefused: false });
    state.acks = true;
    publish(12);
    await clock.run(1_000);
    expect(publisher.trouble).toBeUndefined();
  });

  it("knows nothing of the journal while another pulse publishes, or where there never was one", async () => {
    const { clock, publish, publisher, state } = publishing();
    state.acks = false;
    publish(1);
    await clock.run(60_000);
    expect(publisher.trouble).toBeUndefined();
    state.acks = true;
    state.answer = '{"error":{"code":503,"err_code":10077,"description":"no space left on device"}}';
    publish(2);
    await clock.run(100);
    expect(publisher.trouble).toMatchObject({ isRefused: true });
    publisher.followed();
    expect(publisher.trouble).toBeUndefined();
  });
});
