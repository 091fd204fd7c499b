import { describe, expect, it } from "vitest";
import { CLUSTER, frameBody, STORED } from "../../../test/support/messages.ts";
import { silentLog } from "../../../test/support/recording-log.ts";
import { subjectsOf } from "../../contracts/subjects.ts";
import type { BackbeatError } from "../../errors.ts";
import type { ClaimDetails } from "../../sdk/claims.ts";
import { runAgent } from "../../sdk/running-agent.ts";
import { fakeBroker } from "../../sdk/testing/fake-bus.ts";
import { FakeClock, settled } from "../../sdk/testing/fake-clock.ts";
import { claimOnce } from "./claim-once.ts";

const subjects = subjectsOf(CLUSTER);

function house(options: { readonly connected?: boolean; readonly details?: ClaimDetails } = {}) {
  const clock = new FakeClock();
  const broker = fakeBroker();
  const bus = broker.connect({ connected: options.connected ?? true });
  const peer = broker.connect();
  const lines: string[] = [];
  let claims = 0;
  peer.subscribe(subjects.status, (message) => {
    claims += 1;
    message.respond(STORED);
  });
  const agent = runAgent({ clusterId: CLUSTER, agentId: "a:1", subjects }, { bus, clock, log: silentLog });
  const { details = {} } = options;
  const outcome = claimOnce(
    { clusterId: CLUSTER, subjects, state: "idle", details, waitMs: 5_000 },
    { agent, bus, clock, linkFailure: () => "connection refused", say: (text) => lines.push(text) },
  ).then(
    ({ beat_index }) => `claimed ${beat_index}`,
    (error: BackbeatError) => `${error.code}: ${error.message}`,
  );
  return {
    clock,
    broker,
    bus,
    agent,
    lines,
    outcome,
    claims: () => claims,
    async beat(index: number) {
      peer.publish(subjects.beat, frameBody(index));
      await settled();
    },
  };
}

describe("BACKBEAT-REQ-041 claimOnce", () => {
  it("claims as soon as there is a beat, without a word if that is soon, and leaves no timer", async () => {
    const { agent, beat, clock, lines, outcome } = house();
    await clock.run(900);
    await beat(3);
    expect(await outcome).toBe("claimed 3");
    expect(lines).toEqual([]);
    await agent.stop();
    expect(clock.pending).toBe(0);
  });

  it("says for what it waits, and why it gave up, with the link down", async () => {
    const { clock, lines, outcome } = house({ connected: false, details: { beat_index: 1 } });
    await clock.run(5_000);
    expect(await outcome).toBe("nats-unreachable: The claim was not sent: connection refused (waited 5 s)");
    expect(lines).toEqual(["waiting for NATS, at most 5 s"]);
  });

  it("says for what it waits, and why it gave up, without a beat", async () => {
    const { clock, lines, outcome } = house();
    await clock.run(5_000);
    expect(await outcome).toMatch(/^no-beat: The claim was not sent: no beat of cluster test came on /);
    expect(lines).toEqual(["waiting for a beat of cluster test, at most 5 s"]);
  });

  it("does not call a claim sent that the server did not confirm", async () => {
    const { broker, clock, lines, outcome } = house({ details: { beat_index: 1 } });
    broker.freeze();
    await clock.run(5_000);
    expect(await outcome).toBe(
      "nats-unreachable: The claim is not confirmed: the server does not answer (waited 5 s); `backbeat doctor` shows whether its JetStream works",
    );
    expect(lines).toEqual(["waiting for the server, at most 5 s"]);
  });

  it("claims again when the link was lost before the server confirmed", async () => {
    const { broker, bus, claims, clock, outcome } = house({ details: { beat_index: 1 } });
    broker.freeze();
    await clock.run(100);
    bus.loseLink();
    broker.thaw();
    await clock.run(1_000);
    bus.restoreLink();
    await clock.run(100);
    expect(await outcome).toBe("claimed 1");
    expect(claims()).toBe(1);
  });

  it("does not try again what is wrong with the claim", async () => {
    const { outcome } = house({ details: { beat_index: -1 } });
    expect(await outcome).toMatch(/^bad-message: Cannot claim: \/beat_index is -1/);
  });
});
