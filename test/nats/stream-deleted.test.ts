/** A stream that is deleted while it is asked for, on a real nats-server. */
import { expect, it } from "vitest";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { StreamJournal } from "../../src/nats/journal.ts";
import { journalName } from "../../src/nats/stream-names.ts";
import { journalPlan } from "../../src/nats/stream-plans.ts";
import type { StreamFault } from "../../src/ports.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

const NAME = journalName(CLUSTER);

/** Deletes the stream between the look at it and the making of a consumer. */
class DeletingApi extends JetStreamApi {
  override async ask<T>(what: string, body?: object): Promise<T> {
    if (what.startsWith("CONSUMER.CREATE.")) await super.ask(`STREAM.DELETE.${NAME}`);
    return super.ask<T>(what, body);
  }
}

it("R1 a stream that is gone is told as gone, not as refused for want of room", async () => {
  await using server = await startTestServer({ jetstream: true });
  const bus = await connectBus(server.url);
  const api = new DeletingApi(bus);
  await api.ask(`STREAM.CREATE.${NAME}`, journalPlan({ clusterId: CLUSTER, subjects }));
  const faults: StreamFault[] = [];
  const journal = new StreamJournal({ api, bus, log: silentLog, name: NAME });
  const reading = journal.read({ seq: 1 }, { message() {}, broken: (fault) => faults.push(fault) });
  await waitFor("the fault", () => faults.length > 0);
  expect(faults).toMatchObject([{ kind: "deleted" }]);
  expect(reading.failure).toBeUndefined();
  reading.stop();
  await bus.close();
});
