/** Reverb in core mode in virtual time, with a peer that beats and claims, and every event of the live score. */
import type { LiveEvent, LiveEventName } from "../../src/reverb/live-view.ts";
import { type Reverb, runReverb } from "../../src/reverb/reverb.ts";
import type { ReverbView } from "../../src/reverb/view.ts";
import { fakeBroker } from "../../src/sdk/testing/fake-bus.ts";
import { FakeClock } from "../../src/sdk/testing/fake-clock.ts";
import { CLUSTER, claimBody, type FrameWish, frameBody } from "./messages.ts";
import { SUBJECTS } from "./pulse-house.ts";
import { silentLog } from "./recording-log.ts";

export interface WatchedReverb {
  readonly clock: FakeClock;
  readonly reverb: Reverb;
  readonly view: ReverbView;
  readonly events: readonly LiveEvent[];
  /** The values of all events of one name. */
  valuesOf<Name extends LiveEventName>(name: Name): Extract<LiveEvent, { name: Name }>["value"][];
  beat(index: number, wish?: FrameWish): Promise<void>;
  claim(...of: Parameters<typeof claimBody>): void;
  /** Lets what was sent arrive. */
  settle(): Promise<void>;
}

export const WATCHED_BAR = 8;

export function watchedReverb(): WatchedReverb {
  const broker = fakeBroker();
  const clock = new FakeClock();
  const peer = broker.connect();
  const reverb = runReverb(
    { clusterId: CLUSTER, nodeId: "node-1", version: "1.2.3", subjects: SUBJECTS, barLength: WATCHED_BAR },
    { bus: broker.connect(), clock, log: silentLog, metrics: { observe: () => undefined } },
  );
  const events: LiveEvent[] = [];
  const counts = { clients: 0, clientsMax: 1, refused: 0, dropped: { unread: 0, stuck: 0 }, sent: 0 };
  reverb.view.live.listen({ event: (event) => void events.push(event), counts });
  return {
    clock,
    reverb,
    view: reverb.view,
    events,
    valuesOf: (name) => events.filter((event) => event.name === name).map(({ value }) => value) as never,
    async beat(index, wish) {
      peer.publish(SUBJECTS.beat, frameBody(index, wish));
      await clock.run(0);
    },
    claim: (...of) => void peer.publish(SUBJECTS.status, claimBody(...of)),
    settle: () => clock.run(0),
  };
}
