/** A client of /api/v1/events on a socket of its own: reads events, or stops reading, or vanishes. */
import { connect, type Socket } from "node:net";
import { waitFor } from "./wait-for.ts";

export interface ReadEvent {
  readonly name: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: members are what the test looks at
  readonly data: any;
}

export interface EventSource {
  /** The head of the answer, once it came. */
  readonly head: string;
  /** All that came behind it. */
  readonly text: string;
  readonly events: readonly ReadEvent[];
  readonly closed: boolean;
  /** The first event of that name, when it has come. */
  first(name: string): Promise<ReadEvent>;
  /** Reads no more; what is sent stays on the way. */
  pause(): void;
  resume(): void;
  cut(): void;
}

export interface EventSourceOptions {
  readonly lastId?: string;
  /** Behind the path, as in `?last_event_id=1`. */
  readonly query?: string;
}

/** Connects and asks; resolves when the connection stands. */
export async function eventSource(port: number, options: EventSourceOptions = {}): Promise<EventSource> {
  const socket: Socket = connect(port, "127.0.0.1");
  let received = "";
  let closed = false;
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    received += text;
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    closed = true;
  });
  await waitFor("a connection", () => closed || socket.readyState === "open");
  const last = options.lastId === undefined ? "" : `last-event-id: ${options.lastId}\r\n`;
  socket.write(`GET /api/v1/events${options.query ?? ""} HTTP/1.1\r\nhost: x\r\n${last}\r\n`);
  const source: EventSource = {
    get head() {
      return received.split("\r\n\r\n", 1)[0] ?? "";
    },
    get text() {
      return received.slice(source.head.length + 4);
    },
    get events() {
      return eventsIn(source.text);
    },
    get closed() {
      return closed;
    },
    first: (name) => waitFor(`event ${name}`, () => source.events.find((event) => event.name === name)),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    cut: () => void socket.destroy(),
  };
  return source;
}

/** The events of a text that has come so far; the last one may not be whole. */
function eventsIn(text: string): ReadEvent[] {
  const blocks = text.split("\n\n").slice(0, -1);
  const events = blocks.map((block) => {
    const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    return { name: fields.get("event"), id: fields.get("id"), data: fields.get("data") };
  });
  return events.flatMap(({ data, id, name }) =>
    name === undefined ? [] : [{ name, id, data: JSON.parse(data ?? "null") }],
  );
}
