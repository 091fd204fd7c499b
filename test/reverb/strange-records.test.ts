import { describe, expect, it } from "vitest";
import { journalHouse, type Replica, untilCommitting } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { subjects } from "../support/real-reverb.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

const text = (value: string) => new TextEncoder().encode(value);
const fromBeats = (wire: readonly { readonly report: { readonly from_beat: number } }[]) =>
  wire.map(({ report }) => report.from_beat);
const roleOf = ({ reverb }: Replica) => reverb.view.status().journal?.role;

describe("what somebody else publishes where reports are stored", () => {
  it.each(["commit", "chain"] as const)(
    "R1 a stranger on the %s subject begins no history anew, and stops no replica that starts later",
    async (subject) => {
      await using server = await startTestServer({ jetstream: true });
      await using house = await journalHouse(server.url);
      await untilCommitting(await house.start());
      await house.beats(1, 18);
      await waitFor("four reports", () => house.wire.length === 4);
      const { reports } = await house.streams();
      const before = (await reports.state()).lastSeq;
      house.peer.publish(subjects[subject], text("hello"));
      await house.peer.flush();
      await waitFor("the stranger", async () => (await reports.state()).lastSeq === before + 1);
      const second = await house.start({ nodeId: "node-2" });
      await untilCommitting(second);
      await house.beats(19, 22);
      await waitFor("the next report", () => house.wire.length >= 5);
      await waitFor(
        "the second replica",
        () => second.reverb.view.status().journal?.reportsCommitted !== undefined,
      );
      expect(fromBeats(house.wire)).toEqual([1, 5, 9, 13, 17]);
      expect(second.reverb.view.ready()).toEqual({ ready: true });
      expect(second.reverb.view.status().journal).toMatchObject({ divergences: 0 });
    },
  );

  it("R7 a chain record of a newer form makes this program stand by", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const first = await house.start();
    await untilCommitting(first);
    await house.beats(1, 10);
    await waitFor("two reports", () => house.wire.length === 2);
    house.peer.publish(
      subjects.chain,
      text(JSON.stringify({ type: "backbeat.chain.v2", profile: { algorithm: 2 } })),
    );
    await house.peer.flush();
    await waitFor("it to stand by", () =>
      first.reverb.view.status().alarms.some(({ name }) => name === "standing-by"),
    );
    const later = await house.start({ nodeId: "node-2" });
    await waitFor("the other to stand by", () =>
      later.reverb.view.ready().reason?.includes("backbeat.chain.v2"),
    );
    await house.beats(11, 18);
    expect(roleOf(first)).toBe("standing-by");
    expect(house.wire).toHaveLength(2);
  });

  it("R1 a server that refuses commits is not asked without a pause, and its reason is told", async () => {
    const users = `authorization { users = [{ user: u, password: p, permissions: { publish: { deny: ["x.never"] } } }] }\nno_auth_user: u`;
    await using server = await startTestServer({ jetstream: true, config: users });
    await using house = await journalHouse(server.url);
    const replica = await house.start();
    await untilCommitting(replica);
    // Sealed: every commit is refused at once.
    await house.peer.request(
      "$JS.API.STREAM.UPDATE.BACKBEAT_REPORTS_test",
      text(JSON.stringify({ ...(await configOf(house)), sealed: true, deny_delete: true, deny_purge: true })),
      DEADLINE_MS,
    );
    await house.beats(1, 6);
    await waitFor("a refusal", () => (replica.reverb.view.status().journal?.commitsUnknown ?? 0) >= 3);
    expect(replica.log.texts("warn").filter((line) => line.includes("not known to be stored"))).toHaveLength(
      1,
    );
  });
});

async function configOf(house: Awaited<ReturnType<typeof journalHouse>>): Promise<object> {
  const answer = await house.peer.request("$JS.API.STREAM.INFO.BACKBEAT_REPORTS_test", text(""), DEADLINE_MS);
  return JSON.parse(new TextDecoder().decode(answer?.data)).config;
}
