/**
 * Events to all who listen: each is written as text once, kept for who comes back, and handed to every connection as
 * the same bytes. Bounded in clients, in what waits for each, and in what is kept (R4).
 */

import { readEventId } from "../reverb/event-id.ts";
import type { AudienceCounts, LiveEvent, LiveListener, LiveView } from "../reverb/live-view.ts";
import { type Connection, type Dropped, EventClient } from "./event-client.ts";
import { EventRing, type NotResumed } from "./event-ring.ts";
import { eventText, type Hello, helloText } from "./event-text.ts";
import type { EventLimits } from "./limits.ts";

export interface HubParts {
  readonly live: LiveView;
  readonly limits: EventLimits;
  /** What the first event says of this process. */
  readonly who: () => Pick<Hello, "clusterId" | "mode" | "nodeId">;
  /** Called before an event is told to anybody. */
  readonly onEvent: () => void;
}

const text = new TextEncoder();

/** State: who listens, and the last events. */
export class EventHub implements LiveListener {
  readonly #parts: HubParts;
  readonly #ring: EventRing;
  readonly #clients = new Set<EventClient>();
  readonly #dropped = { unread: 0, stuck: 0 };
  #refused = 0;
  #sent = 0;
  #sweeping: NodeJS.Timeout | undefined;
  #lingering: NodeJS.Timeout | undefined;
  #isWatching = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#ring = new EventRing(parts.limits);
    parts.live.listen(this);
  }

  get counts(): AudienceCounts {
    return {
      clients: this.#clients.size,
      clientsMax: this.#parts.limits.clients,
      refused: this.#refused,
      dropped: { ...this.#dropped },
      sent: this.#sent,
    };
  }

  event(event: LiveEvent): void {
    this.#parts.onEvent();
    const bytes = text.encode(eventText(event));
    this.#ring.push(event.id, bytes);
    const nowMs = performance.now();
    for (const client of this.#clients) {
      this.#sent += 1;
      this.#judge(client, client.write(bytes, nowMs));
    }
  }

  /** Whether there is room for one more; if not, that is counted as a refusal. */
  admits(): boolean {
    const isFull = this.#clients.size >= this.#parts.limits.clients;
    if (isFull) this.#refused += 1;
    return !isFull;
  }

  /** Serves a connection from now on; `lastId`: the last event that its client had. */
  add(connection: Connection, lastId: string | undefined): void {
    this.#watch();
    const nowMs = performance.now();
    const client = new EventClient(connection, this.#parts.limits, nowMs);
    this.#clients.add(client);
    connection.on("close", () => this.#remove(client));
    // Told by `close`, too; without a listener it would end the process.
    connection.on("error", () => undefined);
    const resumed = this.#resume(lastId);
    const hello = helloText({
      ...this.#parts.who(),
      boot: this.#parts.live.boot,
      notResumed: typeof resumed === "string" ? resumed : undefined,
      newestId: this.#ring.newest?.text,
      now: this.#parts.live.now,
    });
    const missed = typeof resumed === "string" ? [] : resumed;
    for (const bytes of [text.encode(hello), ...missed]) this.#judge(client, client.write(bytes, nowMs));
  }

  /** Ends every stream; what comes after is told to nobody. */
  close(): void {
    clearInterval(this.#sweeping);
    clearTimeout(this.#lingering);
    this.#parts.live.watch(false);
    for (const client of this.#clients) client.end();
  }

  #resume(lastId: string | undefined): readonly Uint8Array[] | NotResumed {
    if (lastId === undefined) return "first connection";
    const id = readEventId(lastId);
    return id === undefined ? "unknown id" : this.#ring.after(id);
  }

  #watch(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (this.#isWatching) return;
    this.#isWatching = true;
    // What claims did until now was not looked at: nobody can resume over it.
    this.#ring.cut();
    this.#parts.live.watch(true);
    this.#sweeping = setInterval(() => this.#sweep(), this.#parts.limits.sweepMs).unref();
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const client of this.#clients) {
      if (client.isGone) this.#remove(client);
      else this.#judge(client, client.sweep(nowMs));
    }
  }

  #judge(client: EventClient, dropped: Dropped | undefined): void {
    if (dropped === undefined || !this.#clients.has(client)) return;
    this.#dropped[dropped] += 1;
    this.#remove(client);
  }

  #remove(client: EventClient): void {
    if (!this.#clients.delete(client) || this.#clients.size > 0) return;
    this.#lingering = setTimeout(() => this.#unwatch(), this.#parts.limits.lingerMs).unref();
  }

  /** Nobody came back: what claims do from here on is not looked at, so nobody can resume over it. */
  #unwatch(): void {
    clearInterval(this.#sweeping);
    this.#isWatching = false;
    this.#parts.live.watch(false);
    this.#ring.cut();
  }
}
