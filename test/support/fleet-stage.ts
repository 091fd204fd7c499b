/** A real nats-server with a pulse that a test leads by the hand, and every claim that comes by, stored as by a journal. */

import { createDecoder, Refusal } from "../../src/contracts/decode.ts";
import type { StatusClaim } from "../../src/contracts/status-claim.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import { CLUSTER, frameBody, STORED } from "./messages.ts";
import { startTestServer, type TestServer } from "./nats-server.ts";
import { connectBus, subjects } from "./real-reverb.ts";
import { waitFor } from "./wait-for.ts";

/** A minute: beats come when the test publishes them, and never by themselves. */
const BEAT_MS = 60_000;

export interface FleetStage extends AsyncDisposable {
  readonly server: TestServer;
  /** `--nats … --cluster …` */
  readonly flags: readonly string[];
  /** In the order of their arrival; each was read strictly. */
  readonly claims: readonly StatusClaim[];
  /** The claims of one agent, as `state beat`. */
  saidBy(agentId: string): readonly string[];
  /** The claims of one agent, when there are so many. */
  claimsOf(agentId: string, count: number): Promise<readonly StatusClaim[]>;
  /** Resolves when the server has all acknowledgements of them. */
  flush(): Promise<void>;
  /** Publishes a frame. */
  publish(beatIndex: number): Promise<void>;
  /** Answers requests for the newest frame from now on. */
  answerWith(beatIndex: number): Promise<void>;
}

export async function fleetStage(): Promise<FleetStage> {
  const server = await startTestServer();
  const bus: NatsBus = await connectBus(server.url, "stage");
  const decoder = createDecoder({ mode: "strict" });
  const claims: StatusClaim[] = [];
  let answer: number | undefined;
  bus.subscribe(subjects.status, (message) => {
    const claim = decoder.claim(message.data);
    if (claim instanceof Refusal) throw new Error(`an invalid claim was sent: ${claim.text}`);
    claims.push(claim);
    message.respond(STORED);
  });
  bus.subscribe(subjects.now, (request) => {
    if (answer !== undefined) request.respond(body(answer));
  });
  await bus.flush();
  const of = (agentId: string) => claims.filter((claim) => claim.agent_id === agentId);
  return {
    server,
    flags: ["--nats", server.url, "--cluster", CLUSTER],
    claims,
    saidBy: (agentId) => of(agentId).map(({ state, beat_index }) => `${state} ${beat_index}`),
    claimsOf: (agentId, count) =>
      waitFor(`${count} claims of ${agentId}`, () => {
        const found = of(agentId);
        return found.length >= count && found;
      }),
    flush: () => bus.flush(),
    async publish(beatIndex) {
      bus.publish(subjects.beat, body(beatIndex));
      await bus.flush();
    },
    async answerWith(beatIndex) {
      answer = beatIndex;
    },
    async [Symbol.asyncDispose]() {
      await bus.close();
      await server.stop();
    },
  };
}

function body(beatIndex: number): Uint8Array {
  return frameBody(beatIndex, {
    beatDurationMs: BEAT_MS,
    deadline_at: new Date(Date.now() + BEAT_MS).toISOString(),
  });
}
