import { describe, expect, it } from "vitest";
import { judgeStorage, type StorageFacts } from "./storage.ts";

const MIB = 1_048_576;

const stream = (name: string, maxBytes: number, bytes: number) =>
  ({
    config: { name, max_bytes: maxBytes, num_replicas: 3 },
    state: { bytes },
  }) as StorageFacts["ours"][number];

const server = (used: number, limit: number) =>
  ({
    url: "u",
    varz: { serverName: "n1", jetstream: { syncAlways: false, storage: { used, limit } } },
  }) as unknown as NonNullable<StorageFacts["monitors"]>[number];

const judge = (max_storage: number, storage: number, changes: Partial<StorageFacts> = {}) =>
  judgeStorage({
    account: { storage, limits: { max_storage, max_memory: -1, max_streams: -1, max_consumers: -1 } },
    ours: [],
    monitors: undefined,
    ...changes,
  });

describe("judgeStorage", () => {
  it.each<[string, ReturnType<typeof judge>, string[], RegExp]>([
    ["an account with room", judge(100 * MIB, 10 * MIB), ["ok"], /stores 10\.0 MiB of 100\.0 MiB/],
    ["an account that fills", judge(100 * MIB, 80 * MIB), ["warning"], /80\.0 MiB of 100\.0 MiB/],
    ["a full account", judge(100 * MIB, 100 * MIB - 1_000), ["problem"], /it is full/],
    ["no limit that is told", judge(-1, MIB), ["note"], /no limit/],
    ["a server with room", judge(-1, 0, { monitors: [server(MIB, 9 * MIB)] }), ["ok"], /the server "n1"/],
    ["a full server", judge(-1, 0, { monitors: [server(9 * MIB, 9 * MIB)] }), ["problem"], /it is full/],
    [
      "a server that was not reached says nothing of its store",
      judge(-1, 0, { monitors: [{ url: "u", fault: "refused" }] }),
      ["note"],
      /not told/,
    ],
    [
      "what our streams hold and reserve",
      judge(1_000 * MIB, 3 * MIB, { ours: [stream("J", 100 * MIB, 2 * MIB), stream("L", MIB, MIB)] }),
      ["ok", "ok"],
      /J 2\.0 MiB of 100\.0 MiB, L 1\.0 MiB of 1\.0 MiB; they may grow to 303\.0 MiB/,
    ],
    [
      "a stream without a limit",
      judge(1_000 * MIB, 3 * MIB, { ours: [stream("J", -1, 2 * MIB)] }),
      ["ok", "ok"],
      /J 2\.0 MiB without a limit; they may grow without an end/,
    ],
  ])("%s", (_name, findings, levels, text) => {
    expect(findings.map(({ level }) => level)).toEqual(levels);
    expect(findings.map(({ found }) => found).join("\n")).toMatch(text);
  });
});
