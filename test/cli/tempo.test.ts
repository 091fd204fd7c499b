import { afterEach, describe, expect, it } from "vitest";
import { createPulseApi } from "../../src/http/pulse-api.ts";
import type { TempoAnswer } from "../../src/pulse/view.ts";
import { fakePulse, fakePulseView } from "../support/fake-pulse-view.ts";
import { runProgram } from "../support/program.ts";
import { silentLog } from "../support/recording-log.ts";

const TOKEN = "correct-horse-battery";

describe("BACKBEAT-REQ-004 backbeat tempo", () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());

  const serve = async (answer: TempoAnswer, token?: string): Promise<string> => {
    const app = createPulseApi(fakePulseView(fakePulse()), {
      log: silentLog,
      metricsText: async () => "",
      control: { changeTempo: async () => answer, stepDown: async () => true },
      ...(token === undefined ? {} : { isAdmin: (given: string) => given === token }),
    });
    close = async () => void (await app.close());
    return (await app.listen({ host: "127.0.0.1", port: 0 })).replace("http://", "");
  };

  it("shows the tempo, and changes it", async () => {
    const address = await serve({ kind: "accepted", tempoBpm: 66, fromBeat: 25, overridden: false });
    const shown = await runProgram(["tempo", "--pulse-http", address]);
    expect([shown.end, shown.stdout]).toEqual([0, "60 beats a minute\n"]);
    const changed = await runProgram(["tempo", "66", "--pulse-http", address]);
    expect([changed.end, changed.stdout]).toEqual([0, "66 beats a minute from beat 25 on\n"]);
    const asJson = await runProgram(["tempo", "66", "--json", "--pulse-http", address]);
    expect(JSON.parse(asJson.stdout)).toEqual({ tempo_bpm: 66, from_beat: 25, overridden: false });
  });

  it("says why not, and ends with 1; 2 when wrongly called", async () => {
    const address = await serve({
      kind: "not-leader",
      leader: "b",
      text: "Cannot change tempo: pulse b leads",
    });
    const refused = await runProgram(["tempo", "66", "--pulse-http", address]);
    expect([refused.end, refused.stderr]).toEqual([
      1,
      "backbeat tempo: Cannot change tempo: pulse b leads\n",
    ]);
    const nobody = await runProgram(["tempo", "--pulse-http", "127.0.0.1:1"]);
    expect([nobody.end, nobody.stderr]).toEqual([1, expect.stringContaining("--pulse-http")]);
    expect((await runProgram(["tempo", "fast"])).end).toBe(2);
  });

  it("shows the admin token where one is wanted", async () => {
    const address = await serve({ kind: "accepted", tempoBpm: 66, fromBeat: 25, overridden: true }, TOKEN);
    const without = await runProgram(["tempo", "66", "--override", "--pulse-http", address]);
    expect([without.end, without.stderr]).toEqual([1, expect.stringContaining("admin token")]);
    const args = ["tempo", "66", "--override", "--pulse-http", address, "--admin-token", TOKEN];
    expect((await runProgram(args)).stdout).toBe("66 beats a minute from beat 25 on, by override\n");
  });
});
