/** `backbeat nats-config --js-domain`: every part works as its own user, by the JetStream domain of its server. */

import { expect, it } from "vitest";
import { configHouse } from "../support/config-house.ts";
import { freePort } from "../support/free-port.ts";
import { waitFor } from "../support/wait-for.ts";

it("REQ-020 reverb, pulse and operator of a server with a domain may do what they need by it", async () => {
  await using house = await configHouse("--agents", "a", "--js-domain", "hub");
  expect(house.envOf("reverb")).toMatchObject({ BACKBEAT_JS_DOMAIN: "hub" });
  expect(house.envOf("a")).not.toHaveProperty("BACKBEAT_JS_DOMAIN");
  const [reverbPort, pulsePort] = [await freePort(), await freePort()];
  const at = (name: string) => ["--data-dir", `${house.dir}/${name}`];
  const reverb = house.start("reverb", "reverb", ...at("r"), "--http", `127.0.0.1:${reverbPort}`);
  const pulse = house.start(
    "pulse",
    ...["pulse", ...at("p"), "--pulse-http", `127.0.0.1:${pulsePort}`, "--tempo", "240", "--bar-length", "4"],
  );
  const stateOf = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;
  await waitFor("reverb to be ready", async () => {
    const { durability, status } = await stateOf(`http://127.0.0.1:${reverbPort}/ready`).catch(
      () => ({}) as never,
    );
    return status === "ready" && durability === "process-crash-safe";
  });
  expect(await stateOf(`http://127.0.0.1:${pulsePort}/api/v1/leader`)).toMatchObject({ authority: "lease" });
  expect(await house.run("a", "claim", "executing")).toMatchObject({ end: 0 });
  expect(await house.run("operator", "reports", "--json")).toMatchObject({ end: 0 });
  expect((await house.run("reverb", "doctor")).stdout).toMatch(
    /ok +jetstream +on for this account, domain hub[\s\S]*ok +permissions +this user may do what reverb needs/,
  );
  for (const program of [reverb, pulse]) expect(program.stderr()).not.toMatch(/[Vv]iolation/);
});
