/** A real nats-server whose stream keeps the claims of the test cluster, and what it keeps. */
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import type { StatusClaim } from "../../src/contracts/status-claim.ts";
import { startTestServer, type TestServer } from "./nats-server.ts";
import { subjects } from "./real-reverb.ts";

const STREAM = "CLAIMS";

export interface ClaimJournal extends AsyncDisposable {
  readonly server: TestServer;
  /** What was stored, in order, as `state beat`, of one agent; a repetition stands there twice. */
  storedOf(agentId: string): Promise<readonly string[]>;
}

export async function claimJournal(): Promise<ClaimJournal> {
  const server = await startTestServer({ jetstream: true });
  const withManager = async <T>(
    use: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>,
  ): Promise<T> => {
    const connection = await connect({ servers: server.url });
    try {
      return await use(await jetstreamManager(connection));
    } finally {
      await connection.close();
    }
  };
  await withManager((manager) => manager.streams.add({ name: STREAM, subjects: [subjects.status] }));
  return {
    server,
    storedOf: (agentId) =>
      withManager(async (manager) => {
        const { state } = await manager.streams.info(STREAM);
        const said: string[] = [];
        for (let seq = 1; seq <= state.last_seq; seq += 1) {
          const message = await manager.streams.getMessage(STREAM, { seq });
          const claim = message?.json<StatusClaim>();
          if (claim?.agent_id === agentId) said.push(`${claim.state} ${claim.beat_index}`);
        }
        return said;
      }),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
