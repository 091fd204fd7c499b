/** An agent on a fake bus and a fake clock, with a hand-led pulse and what its claims look like on the wire. */
import type { StatusClaim } from "../../src/contracts/status-claim.ts";
import { subjectsOf } from "../../src/contracts/subjects.ts";
import type { BackbeatError } from "../../src/errors.ts";
import type { Agent } from "../../src/sdk/agent.ts";
import type { AgentSettings } from "../../src/sdk/agent-settings.ts";
import type { Beat } from "../../src/sdk/beat.ts";
import { runAgent } from "../../src/sdk/running-agent.ts";
import { type FakeBroker, type FakeBus, fakeBroker } from "../../src/sdk/testing/fake-bus.ts";
import { FakeClock, settled } from "../../src/sdk/testing/fake-clock.ts";
import { CLUSTER, type FrameWish, frameBody, STORED } from "./messages.ts";
import { type RecordingLog, recordingLog } from "./recording-log.ts";

const subjects = subjectsOf(CLUSTER);

export interface SdkHouse {
  readonly clock: FakeClock;
  readonly broker: FakeBroker;
  /** The agent's connection. */
  readonly bus: FakeBus;
  /** Everybody else's. */
  readonly peer: FakeBus;
  readonly log: RecordingLog;
  readonly agent: Agent;
  /** Beats that a listener was told, in order. */
  readonly beats: readonly Beat[];
  readonly downbeats: readonly Beat[];
  readonly claims: readonly StatusClaim[];
  /** Publishes the frame of a beat now; delivered when the promise resolves. */
  publish(beatIndex: number, wish?: FrameWish): Promise<void>;
  /** Lets a second pass after another and publishes each beat on time. */
  play(fromBeat: number, toBeat: number): Promise<void>;
  /** A pulse that answers requests with the frame of this beat. */
  answerWith(beatIndex: number, wish?: FrameWish): void;
}

export interface SdkHouseOptions {
  readonly connected?: boolean;
  readonly settings?: Partial<AgentSettings>;
  /** Frames say where their bar begins and how long bars are, as ours do; default true. */
  readonly announcesBars?: boolean;
  /** A stream stores claims and says so; default true. */
  readonly hasJournal?: boolean;
  /** Timers fire this much early, ms. */
  readonly earlyMs?: number;
  /** Called before the agent starts. */
  readonly before?: (house: Pick<SdkHouse, "peer" | "answerWith">) => void;
}

export function sdkHouse(options: SdkHouseOptions = {}): SdkHouse {
  const { announcesBars = true, connected = true, hasJournal = true } = options;
  const clock = new FakeClock({ earlyMs: options.earlyMs ?? 0 });
  const log = recordingLog();
  const broker = fakeBroker();
  const bus = broker.connect({ connected });
  const peer = broker.connect();
  const claims: StatusClaim[] = [];
  const beats: Beat[] = [];
  const downbeats: Beat[] = [];
  peer.subscribe(subjects.status, (message) => {
    claims.push(JSON.parse(new TextDecoder().decode(message.data)));
    if (hasJournal) message.respond(STORED);
  });
  const body = (beatIndex: number, wish: FrameWish = {}) => {
    const { barLength = 8 } = wish;
    const barFrom = 1 + Math.floor((beatIndex - 1) / barLength) * barLength;
    const metadata = announcesBars ? { metadata: { bar_from: barFrom, bar_length: barLength } } : {};
    return frameBody(beatIndex, { ...metadata, ...wish });
  };
  const answerWith = (beatIndex: number, wish?: FrameWish) => {
    peer.subscribe(subjects.now, (request) => request.respond(body(beatIndex, wish)));
  };
  options.before?.({ peer, answerWith });
  const agent = runAgent(
    { clusterId: CLUSTER, agentId: "test:agent", ...options.settings },
    { bus, clock, log },
  );
  agent.onBeat((beat) => beats.push(beat));
  agent.onDownbeat((beat) => downbeats.push(beat));
  const publish = async (beatIndex: number, wish?: FrameWish) => {
    peer.publish(subjects.beat, body(beatIndex, wish));
    await settled();
  };
  return {
    clock,
    broker,
    bus,
    peer,
    log,
    agent,
    beats,
    downbeats,
    claims,
    publish,
    async play(fromBeat, toBeat) {
      for (let beat = fromBeat; beat <= toBeat; beat += 1) {
        await publish(beat);
        await clock.run(1_000);
      }
    },
    answerWith,
  };
}

export const indexes = (beats: readonly { readonly index: number }[]): number[] =>
  beats.map(({ index }) => index);

/** What a promise was rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<BackbeatError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown === undefined) throw new Error("it did not reject");
  return thrown as BackbeatError;
}
