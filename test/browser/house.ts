/** What the page is tried against: nats-server, pulse and reverb as programs, and agents led by the test. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeClaim, type StatusClaim, subjectsOf } from "../../src/contracts/index.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import { freePort } from "../support/free-port.ts";
import { claimOf } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";
import { connectBus } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

/** What an agent says, beside who it is and for which beat. */
export type Saying = Partial<Omit<StatusClaim, "type" | "agent_id" | "beat_index" | "hlc">>;

export interface HouseOptions {
  readonly clusterId?: string;
  readonly tempoBpm?: number;
  readonly barLength?: number;
  /** What reverb is told, if it is not the truth. */
  readonly barLengthOfReverb?: number;
}

export interface House extends AsyncDisposable {
  /** Where the page is. */
  readonly url: string;
  readonly nats: TestServer;
  readonly clusterId: string;
  /** The newest beat that was heard. */
  beat(): number;
  /** Claims for the current beat. */
  claim(agentId: string, saying?: Saying): void;
  /** Lets everybody in the record claim for each beat, until it is changed: agents that live. */
  play(cast: Readonly<Record<string, (beat: number) => Saying | undefined>>): void;
  /** Resolves at the next beat. */
  nextBeat(): Promise<number>;
  startReverb(): Promise<void>;
  /** Ends it as a crash would. */
  killReverb(): Promise<void>;
  startPulse(): void;
  /** Ends it in order, so that another one may lead at once. */
  stopPulse(): Promise<void>;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const { barLength = 4, barLengthOfReverb = barLength, clusterId = "stage", tempoBpm = 120 } = options;
  const nats = await startTestServer({ jetstream: true });
  const dir = mkdtempSync(join(tmpdir(), "backbeat-browser-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = ["--cluster", clusterId, "--nats", nats.url];
  const subjects = subjectsOf(clusterId);
  const bus = await connectBus(nats.url, "cast");
  let reverb: RunningProgram | undefined;
  let pulse: RunningProgram | undefined;
  let cast: Readonly<Record<string, (beat: number) => Saying | undefined>> = {};
  let newest = 0;
  bus.subscribe(subjects.beat, ({ data }) => {
    newest = (JSON.parse(new TextDecoder().decode(data)) as { beat_index: number }).beat_index;
    for (const [agentId, saying] of Object.entries(cast)) {
      const said = saying(newest);
      if (said !== undefined)
        publishClaim(bus, { subject: subjects.status, agentId, beat: newest, saying: said });
    }
  });
  await bus.flush();
  const house: House = {
    url,
    nats,
    clusterId,
    beat: () => newest,
    claim: (agentId, saying = {}) =>
      publishClaim(bus, { subject: subjects.status, agentId, beat: newest, saying }),
    play(next) {
      cast = next;
    },
    nextBeat() {
      const before = newest;
      return waitFor("the next beat", () => newest > before && newest);
    },
    async startReverb() {
      const args = [
        "--http",
        `127.0.0.1:${port}`,
        "--data-dir",
        join(dir, "reverb"),
        "--bar-length",
        String(barLengthOfReverb),
      ];
      const program = startProgram(["reverb", ...flags, ...args]);
      reverb = program;
      let isEnded = false;
      void program.ended.then(() => {
        isEnded = true;
      });
      await waitFor("reverb to answer", async () => {
        if (isEnded) throw new Error(`reverb ended: ${program.stderr()}${program.stdout()}`);
        return fetch(`${url}/health`).then(
          () => true,
          () => false,
        );
      });
    },
    async killReverb() {
      reverb?.kill("SIGKILL");
      await reverb?.ended;
    },
    startPulse() {
      const rhythm = ["--tempo", String(tempoBpm), "--bar-length", String(barLength)];
      const place = ["--http", "127.0.0.1:0", "--data-dir", join(dir, "pulse")];
      pulse = startProgram(["pulse", ...flags, ...rhythm, ...place]);
    },
    async stopPulse() {
      pulse?.kill("SIGTERM");
      await pulse?.ended;
    },
    async [Symbol.asyncDispose]() {
      await bus.close();
      await Promise.all([house.stopPulse(), house.killReverb()]);
      await nats.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await house.startReverb();
  return house;
}

interface OneClaim {
  readonly subject: string;
  readonly agentId: string;
  readonly beat: number;
  readonly saying: Saying;
}

/** In the wire's HLC form; two claims with the same words for one beat are one claim. */
let logical = 0;

function publishClaim(bus: NatsBus, { agentId, beat, saying, subject }: OneClaim): void {
  logical = (logical + 1) % 65_536;
  const hlc = `0000:${logical.toString(16).padStart(4, "0")}:beef`;
  bus.publish(subject, encodeClaim(claimOf(agentId, beat, { ...saying, hlc })));
}
