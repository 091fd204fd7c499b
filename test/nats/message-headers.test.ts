/** Headers that no client of ours would write, through a real server: nothing throws, nothing takes long. */
import { describe, expect, it } from "vitest";
import type { HeaderSource } from "../../src/contracts/report-headers.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import { journalHouse } from "../support/journal-house.ts";
import { startTestServer } from "../support/nats-server.ts";
import { rawClient } from "../support/raw-client.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

const KEY = "Backbeat-Key-Id: k1";

/** What a message may have for headers, and whether the one that is asked for is found. */
const HEADERS: readonly (readonly [what: string, lines: readonly string[], found: string])[] = [
  ["one of ours", [KEY], "k1"],
  ["a name that is none", ["b\u00e4d n\u00e4me\u0001: x", KEY], "k1"],
  ["no name and no colon", [": x", "x", "", KEY], "k1"],
  ["the same name twice", [KEY, "Backbeat-Key-Id: k2"], "k1"],
  ["the name in capitals", ["BACKBEAT-KEY-ID: k1"], ""],
  ["nine thousand names", [KEY, ...Array.from({ length: 9_000 }, (_, at) => `n${at}:`)], "k1"],
  ["a hundred thousand names", [KEY, ...Array.from({ length: 100_000 }, (_, at) => `n${at}:`)], "k1"],
  ["it behind 8 KiB of others", [`x: ${"y".repeat(8_192)}`, KEY], ""],
];

/** A stream keeps no more of them in one message. */
const STORED_BYTES_MAX = 65_535;

const STORED = HEADERS.filter(([, lines]) => headOf(lines).length <= STORED_BYTES_MAX);

function headOf(lines: readonly string[]): string {
  return `NATS/1.0\r\n${lines.join("\r\n")}\r\n\r\n`;
}

/** Publishes bodies `0`, `1`, … with these headers, as a client that checks nothing. */
async function publishAll(port: number, subject: string): Promise<void> {
  const client = await rawClient(port);
  client.send('CONNECT {"verbose":false,"headers":true}\r\n');
  for (const [at, [, lines]] of HEADERS.entries()) {
    const head = headOf(lines);
    const length = Buffer.byteLength(head);
    client.send(`HPUB ${subject} ${length} ${length + String(at).length}\r\n${head}${at}\r\n`);
  }
  client.send("PING\r\n");
  await waitFor("the server's answer", () => client.received.includes("PONG") && true);
  client.cut();
}

const foundIn = (headers: HeaderSource | undefined) => headers?.get("Backbeat-Key-Id");

describe("BACKBEAT-REQ-044 headers of strangers", () => {
  it("are read from a subscription, whatever they are", async () => {
    await using server = await startTestServer();
    const bus: NatsBus = await connectBus(server.url);
    const heard: unknown[] = [];
    bus.subscribe("s", (message) => {
      heard.push([new TextDecoder().decode(message.data), message.subject, foundIn(message.headers)]);
    });
    await bus.flush();
    await publishAll(server.port, "s");
    await waitFor("all of them", () => heard.length >= HEADERS.length);
    expect(heard).toEqual(HEADERS.map(([, , found], at) => [String(at), "s", found]));
    expect(bus.handlerFailures).toBe(0);
    await bus.close();
  });

  it("are read from a journal, and later as well", async () => {
    await using server = await startTestServer({ jetstream: true });
    await using house = await journalHouse(server.url);
    const { journal } = await house.streams();
    await publishAll(server.port, subjects.status);
    const headers: (HeaderSource | undefined)[] = [];
    const reading = journal.read(
      { seq: 1 },
      { message: (message) => void headers.push(message.headers), broken: () => undefined },
    );
    await waitFor("all of them", () => headers.length >= STORED.length);
    reading.stop();
    expect(headers.map(foundIn)).toEqual(STORED.map(([, , found]) => found));
  });
});
