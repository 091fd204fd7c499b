import { describe, expect, it } from "vitest";
import { type AccountFacts, type AccountInfo, judgeAccount, judgePayload } from "./account.ts";

const MB = 1_048_576;
const NO_LIMITS = { max_memory: -1, max_storage: -1, max_streams: -1, max_consumers: -1 };

const info = (
  limits: Partial<AccountInfo["limits"]> = {},
  changes: Partial<AccountInfo> = {},
): AccountInfo => ({
  memory: 0,
  storage: 0,
  streams: 0,
  consumers: 0,
  limits: { ...NO_LIMITS, ...limits },
  ...changes,
});

const judge = (answer: AccountFacts["answer"] | AccountInfo, changes: Partial<AccountFacts> = {}) =>
  judgeAccount({
    answer: "limits" in answer ? { kind: "info", info: answer } : answer,
    wanted: { journalBytes: 100 * MB, reportsBytes: 20 * MB, replicas: 1 },
    ours: { streams: 0, bytes: 0 },
    ...changes,
  });

describe("judgeAccount", () => {
  it.each<[string, ReturnType<typeof judge>, string[], RegExp]>([
    ["no limits", judge(info()), ["ok"], /on for this account: 0 streams/],
    ["a domain", judge(info({}, { domain: "hub" })), ["ok"], /domain hub/],
    ["off", judge({ kind: "off" }), ["warning"], /no JetStream/],
    [
      "off here, and a journal beyond",
      judge({ kind: "off", beyond: { found: "the stream J takes it", fix: "use --js-domain hub" } }),
      ["problem"],
      /no JetStream.*the stream J takes it/,
    ],
    ["may not ask", judge({ kind: "forbidden", subject: "$JS.API.INFO" }), ["warning"], /\$JS\.API\.INFO/],
    ["no answer", judge({ kind: "silent", why: "timeout" }), ["problem"], /does not answer: timeout/],
    ["room enough", judge(info({ max_storage: 120 * MB })), ["ok"], /./],
    [
      "too little room",
      judge(info({ max_storage: 119 * MB })),
      ["ok", "problem"],
      /need 120\.0 MiB.*has 119\.0 MiB/s,
    ],
    [
      "room that others use",
      judge(info({ max_storage: 130 * MB }, { storage: 20 * MB })),
      ["ok", "problem"],
      /has 110\.0 MiB/,
    ],
    [
      "room that is ours already",
      judge(info({ max_storage: 130 * MB }, { storage: 20 * MB }), { ours: { streams: 2, bytes: 20 * MB } }),
      ["ok"],
      /./,
    ],
    [
      "three replicas",
      judge(info({ max_storage: 300 * MB }), {
        wanted: { journalBytes: 100 * MB, reportsBytes: MB, replicas: 3 },
      }),
      ["ok", "problem"],
      /303\.0 MiB with 3 replicas/,
    ],
    [
      "a stream without a limit in an account with one",
      judge(info({ max_storage: 300 * MB }), { wanted: { journalBytes: 0, reportsBytes: MB, replicas: 1 } }),
      ["ok", "warning"],
      /no limit/,
    ],
    [
      "a stream without a limit where one is a must",
      judge(info({ max_bytes_required: true }), {
        wanted: { journalBytes: 0, reportsBytes: MB, replicas: 1 },
      }),
      ["ok", "problem"],
      /wants a limit/,
    ],
    [
      "two streams left",
      judge(info({ max_streams: 4 }, { streams: 2 })),
      ["ok", "problem"],
      /4 streams, 2 are there/,
    ],
    ["three streams left", judge(info({ max_streams: 5 }, { streams: 2 })), ["ok"], /./],
    [
      "all are ours",
      judge(info({ max_streams: 3 }, { streams: 3 }), { ours: { streams: 3, bytes: 0 } }),
      ["ok"],
      /./,
    ],
    ["few consumers", judge(info({ max_consumers: 3 })), ["ok", "warning"], /3 consumers/],
    ["consumers enough", judge(info({ max_consumers: 4 })), ["ok"], /./],
  ])("%s", (_name, findings, levels, text) => {
    expect(findings.map(({ level }) => level)).toEqual(levels);
    expect(findings.map(({ found }) => found).join("\n")).toMatch(text);
  });
});

describe("judgePayload", () => {
  it.each([
    [undefined, 0],
    [1_048_576, 0],
    [65_536, 0],
    [65_535, 1],
  ])("%s bytes: %i findings", (max, count) => {
    expect(judgePayload(max)).toHaveLength(count);
  });
});
