/** Trying to get in: real servers and connections to them that end with the test, and what they complained of. */
import { parseServers } from "../../src/nats/address.ts";
import { NatsBus } from "../../src/nats/bus.ts";
import type { NatsSettings } from "../../src/nats/connect.ts";
import { startTestServer, type TestServer } from "./nats-server.ts";
import { type LogLine, type RecordingLog, recordingLog } from "./recording-log.ts";
import { waitFor } from "./wait-for.ts";

/** What a test opens; `closeAll` in its `afterEach`, or `await using`. */
export class NatsDoors implements AsyncDisposable {
  readonly #opened: (NatsBus | TestServer)[] = [];

  async serve(config: string): Promise<TestServer> {
    const server = await startTestServer({ config });
    this.#opened.push(server);
    return server;
  }

  /** A bus on a list of addresses as an operator writes it. */
  open(list: string, settings: Partial<NatsSettings> = {}): { bus: NatsBus; log: RecordingLog } {
    const parsed = parseServers(list);
    if ("faults" in parsed) throw new Error(parsed.faults.join());
    const log = recordingLog();
    const bus = new NatsBus({ servers: parsed.servers, name: "test", ...settings }, log);
    this.#opened.push(bus);
    return { bus, log };
  }

  /** Resolves when the bus is connected; rejects with the first error that it logs. */
  async connects(list: string, settings: Partial<NatsSettings> = {}): Promise<void> {
    const { bus, log } = this.open(list, settings);
    await waitFor("the link", () => {
      if (log.texts("error").length > 0) throw new Error(log.texts("error").join());
      return bus.connected;
    });
    await bus.flush();
  }

  /** The first line that says why there is no link. */
  async complains(list: string, settings: Partial<NatsSettings> = {}): Promise<LogLine> {
    const { bus, log } = this.open(list, settings);
    const line = await waitFor("a complaint", () =>
      log.lines.find(({ level }) => level === "error" || level === "warn"),
    );
    if (bus.connected || bus.state.failure === undefined) throw new Error("it complains and is connected");
    return line;
  }

  /** Ends the buses; the servers go on. */
  async closeBuses(): Promise<void> {
    for (const one of this.#opened) if (!("stop" in one)) await one.close();
  }

  async closeAll(): Promise<void> {
    for (const one of this.#opened.splice(0).toReversed()) await ("stop" in one ? one.stop() : one.close());
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.closeAll();
  }
}
