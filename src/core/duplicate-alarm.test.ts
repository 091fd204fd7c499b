import { describe, expect, it } from "vitest";
import { DuplicateAlarm } from "./duplicate-alarm.ts";

const ELDER = { boot: "a", since: 3, isElder: true, periods: 2 };

function alarm(): DuplicateAlarm {
  return new DuplicateAlarm({ nodeId: "node-1", service: "pulse", periods: "beats" });
}

describe("BACKBEAT-REQ-001 DuplicateAlarm", () => {
  it("stands while another is there, at least for two seconds, and speaks of the one that is", () => {
    const told = alarm();
    const nobody = { standing: undefined, ender: undefined };
    told.look(nobody, 0);
    expect(told.standing).toBeUndefined();
    told.look({ standing: ELDER, ender: undefined }, 10);
    told.look(nobody, 2_009);
    expect(told.standing).toMatchObject({ sinceMs: 10, text: expect.stringContaining("boot id a") });
    told.look({ standing: { ...ELDER, boot: "b" }, ender: undefined }, 5_000);
    expect(told.standing).toMatchObject({ sinceMs: 10, text: expect.stringContaining("boot id b") });
    told.look(nobody, 5_001);
    expect(told.standing).toBeUndefined();
  });

  it("tells once that this process has to end", () => {
    const told = alarm();
    expect(told.look({ standing: ELDER, ender: ELDER }, 0)).toMatchObject({
      code: "duplicate-node-id",
      message: expect.stringMatching(
        /^Cannot go on with node id node-1: .*for 3 beats, expected one process/,
      ),
      data: { nodeId: "node-1", boot: "a" },
    });
    expect(told.look({ standing: ELDER, ender: ELDER }, 1)).toBeUndefined();
  });

  it.each([[ELDER], [{ ...ELDER, isElder: false }], [{ ...ELDER, boot: undefined }]])(
    "says of %j who it is and what to do",
    (duplicate) => {
      const told = alarm();
      const end = told.look({ standing: duplicate, ender: duplicate }, 0);
      for (const text of [told.standing?.text, end?.message])
        expect(text).toMatch(
          /another pulse .*remove the file node-id in the copy; else .*--node of its own$/,
        );
    },
  );
});
