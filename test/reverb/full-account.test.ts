/** A reverb that starts for the first time while its account has no room. */
import { connect } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { waitFor } from "../support/wait-for.ts";

const CONFIG = `accounts { A { jetstream { max_store: 2000000 }, users: [{ user: u, password: p }] } }
                no_auth_user: u`;
const PLANS = { retention: { bytesMax: 200_000 }, reports: { bytesMax: 200_000 } };

it("R5 says what is refused, and begins its chain when there is room", async () => {
  await using server = await startTestServer({ jetstream: true, config: CONFIG });
  await using house = await journalHouse(server.url);
  // The streams are there, and nothing is in them.
  const opener = await house.streams(PLANS);
  expect((await opener.reports.state()).lastSeq).toBe(0);
  const nats = await connect({ servers: server.url });
  const api = new JetStreamApi({ connection: nats });
  await api.ask("STREAM.CREATE.FILLER", {
    name: "FILLER",
    subjects: ["filler"],
    storage: "file",
    num_replicas: 1,
  });
  for (const size of [100_000, 1_000, 1])
    while (
      await api.request("filler", new Uint8Array(size)).then(
        () => true,
        () => false,
      )
    );
  const replica = await house.start({ plans: PLANS });
  const alarms = () => replica.reverb.view.alarms();
  await waitFor("the alarm", () => alarms().some(({ name }) => name === "store-refuses"));
  expect(alarms()).toMatchObject([
    { text: expect.stringMatching(/takes no reports: the server says .*10002/) },
  ]);
  expect(replica.reverb.view.ready().reason).toMatch(/takes no reports: the server says .*10002/);
  await api.ask("STREAM.DELETE.FILLER");
  await untilCommitting(replica);
  await house.beats(1, 5);
  await waitFor("a report", () => house.wire.length === 1);
  await waitFor("no alarm", () => alarms().length === 0);
  await nats.close();
});
