import { describe, expect, it } from "vitest";
import { subjectsOf } from "../contracts/subjects.ts";
import { isAllowed } from "./doctor/subjects.ts";
import { ROLES, type RoleName, rightsOf } from "./rights.ts";

const subjects = subjectsOf("c");
const of = (role: RoleName, hasJournal = true) =>
  rightsOf(role, { clusterId: "c", subjects, hasJournal, inboxPrefix: `_INBOX.${role}` });

const may = (role: RoleName, act: "publish" | "subscribe", subject: string) =>
  isAllowed(subject, { allow: of(role)[act] });

describe("rightsOf", () => {
  it("an agent claims, asks for the newest beat, for streams and for missed reports, hears beats, reports and its own answers, and that is all", () => {
    expect(of("agent")).toEqual({
      publish: ["backbeat.c.status", "backbeat.c.now"],
      subscribe: ["backbeat.c.beat", "backbeat.c.reverb", "_INBOX.agent.>"],
      asks: [
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.INFO.BACKBEAT_REPORTS_c",
        "$JS.API.STREAM.MSG.GET.BACKBEAT_REPORTS_c",
      ],
      answers: false,
    });
  });

  it.each<[string, readonly RoleName[]]>([
    [subjects.beat, ["pulse"]],
    [subjects.pulse, ["pulse"]],
    [subjects.lease, ["pulse"]],
    [subjects.status, ["agent"]],
    [subjects.tick, ["reverb"]],
    [subjects.commit, ["reverb"]],
    [subjects.chain, ["reverb"]],
    [subjects.now, ["pulse", "operator", "agent"]],
    // The stream republishes there; nobody else does.
    [subjects.reverb, []],
    ["$JS.API.STREAM.PURGE.BACKBEAT_JOURNAL_c", []],
    ["$JS.API.STREAM.DELETE.BACKBEAT_JOURNAL_c", []],
    ["$JS.API.STREAM.MSG.DELETE.BACKBEAT_REPORTS_c", []],
    ["$JS.API.STREAM.CREATE.BACKBEAT_JOURNAL_c", ["reverb"]],
    ["$JS.API.STREAM.CREATE.OTHER", []],
    ["$JS.API.STREAM.MSG.GET.BACKBEAT_JOURNAL_other", []],
    ["_INBOX.reverb.x", []],
  ])("on %s only %j may publish", (subject, roles) => {
    expect(ROLES.filter((role) => may(role, "publish", subject)).toSorted()).toEqual(roles.toSorted());
  });

  it("nobody hears another's answers", () => {
    for (const role of ROLES)
      for (const other of ROLES)
        expect([role, other, may(role, "subscribe", `_INBOX.${other}.x`)]).toEqual([
          role,
          other,
          role === other,
        ]);
  });

  it("only a pulse answers requests", () => {
    expect(ROLES.filter((role) => of(role).answers)).toEqual(["pulse"]);
  });

  it("without a journal reverb hears and publishes itself, and JetStream is only asked whether it is there", () => {
    expect(of("reverb", false)).toMatchObject({
      publish: expect.arrayContaining([subjects.reverb, subjects.now, subjects.tick]),
      subscribe: [subjects.beat, subjects.status, subjects.reverb, "_INBOX.reverb.>"],
    });
    for (const role of ROLES)
      for (const subject of [...of(role, false).publish, ...of(role, false).asks].filter((one) =>
        one.startsWith("$JS"),
      ))
        expect(subject).toMatch(/^\$JS\.API\.(STREAM\.)?(INFO|NAMES$)/);
  });

  it("without a journal a pulse may ask whether one, or a lease, is kept beyond the server", () => {
    expect(of("pulse", false).publish).toEqual(expect.arrayContaining([subjects.lease, subjects.tick]));
  });

  it("a domain is asked on its subjects, which its server holds against the rights as its own", () => {
    const place = {
      clusterId: "c",
      subjects,
      inboxPrefix: "_INBOX.x",
      apiPrefix: "$JS.hub.API",
      hasJournal: true,
    };
    for (const role of ROLES) {
      const own = of(role).publish.filter((subject) => subject.startsWith("$JS.API"));
      const { publish } = rightsOf(role, place);
      expect(publish).toEqual(
        expect.arrayContaining([...own, ...own.map((one) => one.replace("$JS", "$JS.hub"))]),
      );
      expect(publish.length).toBe(of(role).publish.length + own.length);
    }
  });

  it("an API that is imported is asked on its subjects alone", () => {
    const place = {
      clusterId: "c",
      subjects,
      inboxPrefix: "_INBOX.x",
      apiPrefix: "hub.API",
      hasJournal: true,
    };
    const { publish } = rightsOf("reverb", place);
    expect(publish).toContain("hub.API.STREAM.CREATE.BACKBEAT_JOURNAL_c");
    expect(publish.filter((subject) => subject.startsWith("$JS.API"))).toEqual([]);
  });

  it("subjects that were named otherwise are used", () => {
    const named = subjectsOf("c", { status: "x.claims", beat: "x.beats" });
    expect(
      rightsOf("agent", { clusterId: "c", subjects: named, hasJournal: true, inboxPrefix: "_INBOX.a" }),
    ).toMatchObject({
      publish: ["x.claims", "backbeat.c.now"],
      subscribe: expect.arrayContaining(["x.beats"]),
    });
  });
});
