import { describe, expect, it } from "vitest";
import { subjectsOf } from "../../contracts/subjects.ts";
import { type ServerConfig, serverConfigText } from "./server-config.ts";
import { createSecret } from "./user-secret.ts";

const config = (changes: Partial<ServerConfig> = {}): ServerConfig => ({
  clusterId: "c",
  subjects: subjectsOf("c"),
  hasJournal: true,
  port: 4222,
  storeDir: "/var/lib/nats",
  users: [
    { name: "reverb", role: "reverb", secret: createSecret("nkey") },
    { name: "pulse", role: "pulse", secret: createSecret("nkey") },
    { name: "ci:build", role: "agent", secret: createSecret("nkey") },
  ],
  ...changes,
});

/** What an agent may ask JetStream, for it to be answered for the account of the streams. */
const QUESTIONS = ["STREAM.NAMES", "STREAM.INFO.BACKBEAT_REPORTS_c", "STREAM.MSG.GET.BACKBEAT_REPORTS_c"];

describe("serverConfigText", () => {
  it("agents are in an account of their own, which has no JetStream and gets beats, reports and services", () => {
    const text = serverConfigText(config());
    const [, services = "", agents = ""] = /"BACKBEAT_c" \{(.*)"BACKBEAT_c_AGENTS" \{(.*)/s.exec(text) ?? [];
    expect(services).toContain("jetstream: enabled");
    expect(services).not.toContain("ci:build");
    expect(agents).not.toContain("jetstream");
    expect(agents).toContain("# agent ci:build");
    expect(agents.match(/\{ (stream|service): .*/g)).toEqual([
      '{ stream: { account: "BACKBEAT_c", subject: "backbeat.c.beat" } }',
      '{ stream: { account: "BACKBEAT_c", subject: "backbeat.c.reverb" } }',
      '{ service: { account: "BACKBEAT_c", subject: "backbeat.c.status" } }',
      '{ service: { account: "BACKBEAT_c", subject: "backbeat.c.now" } }',
      ...QUESTIONS.map(
        (question) =>
          `{ service: { account: "BACKBEAT_c", subject: "$JS.API.${question}" }, to: "backbeat.c.api.${question}" }`,
      ),
    ]);
    for (const question of QUESTIONS)
      expect(agents).toContain(`"$JS.API.${question}": "backbeat.c.api.${question}"`);
    // The server judges a mapped subject by what it is mapped to.
    expect(agents.match(/publish: \{ allow: \[([^\]]*)/)?.[1]?.match(/"[^"]*"/g)).toEqual([
      '"backbeat.c.status"',
      '"backbeat.c.now"',
      ...QUESTIONS.map((question) => `"backbeat.c.api.${question}"`),
    ]);
  });

  it("the server keeps what waits for an answer ten seconds, not two minutes", () => {
    expect(
      serverConfigText(config()).match(/service: "[^"]*", accounts: \[[^\]]*\], threshold: "10s"/g),
    ).toHaveLength(2 + QUESTIONS.length);
  });

  it("holds the public halves of keys and no seed, and says so", () => {
    const { users } = config();
    const text = serverConfigText(config({ users }));
    for (const { secret } of users) {
      expect(text).toContain(`nkey: ${secret.known}`);
      expect(text).not.toContain(secret.secret);
    }
    expect(text).toContain("It holds no secret");
  });

  it("holds passwords where those are wanted, and says so", () => {
    const secret = createSecret("password");
    const text = serverConfigText(config({ users: [{ name: "ci:build", role: "agent", secret }] }));
    expect(text).toContain(`user: "ci:build"\n        password: "${secret.secret}"`);
    expect(text).toContain("It holds passwords as they are");
  });

  it("without a journal there is no JetStream, and who asks for streams is told so by nobody's answer", () => {
    const text = serverConfigText(config({ hasJournal: false }));
    expect(text).not.toMatch(/jetstream|\$JS\.API\.STREAM\.CREATE|mappings|service: .*STREAM\.NAMES/);
    expect(text).toContain('"$JS.API.STREAM.NAMES"');
  });

  it("only a pulse may answer, and each user hears its own inboxes only", () => {
    const text = serverConfigText(config());
    expect(text.match(/allow_responses/g)).toHaveLength(1);
    expect(text.match(/"_INBOX[^"]*"/g)).toEqual([
      '"_INBOX.reverb.>"',
      '"_INBOX.pulse.>"',
      '"_INBOX.ci:build.>"',
    ]);
  });
});
