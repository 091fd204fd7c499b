import { describe, expect, it } from "vitest";
import { subjectsOf } from "./subjects.ts";

describe("INT-001 subjectsOf", () => {
  it("names the subjects that peers use", () => {
    expect(subjectsOf("chorus")).toMatchObject({
      beat: "backbeat.chorus.beat",
      status: "backbeat.chorus.status",
      reverb: "backbeat.chorus.reverb",
      now: "backbeat.chorus.now",
    });
  });

  it("lets the operator name each otherwise", () => {
    const subjects = subjectsOf("chorus", { status: "fleet.claims" });
    expect(subjects).toEqual({ ...subjectsOf("chorus"), status: "fleet.claims" });
  });
});
