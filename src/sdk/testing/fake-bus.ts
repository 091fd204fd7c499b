/**
 * A message bus in memory, for tests of services: deterministic, no sockets, no timers but a request's time-out.
 *
 * `fakeBroker()` is the server, `broker.connect()` one connection. Messages are delivered in the order in which
 * they were published, in a microtask after `publish` returns, as on a real connection never inside it;
 * `broker.deliver()` delivers at once for tests without promises. It keeps the contract of the port `Bus`:
 * test/compliance/bus.ts runs over it and over NATS.
 */
import type { Headers } from "../../contracts/report-headers.ts";
import { BackbeatError, messageOf } from "../../errors.ts";
import type { Bus, BusMessage, BusSubscription, Log, PublishOptions } from "../../ports.ts";
import { silentLog } from "./silent-log.ts";

interface Subscribed {
  readonly subject: string;
  readonly handler: (message: BusMessage) => void;
}

interface Sent {
  readonly from: FakeBus;
  readonly link: number;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly reply: string | undefined;
  readonly headers?: Headers | undefined;
  /** Called in its turn instead of delivering: the answer to a flush. */
  readonly reached?: () => void;
}

const NOTHING = new Uint8Array(0);

/** The server. Every connection hears what any of them publishes, itself included. */
export class FakeBroker {
  readonly #buses = new Set<FakeBus>();
  #queue: Sent[] = [];
  #frozen = false;
  #delivering = false;
  #scheduled = false;
  #inboxes = 0;

  /** A new connection; `connected: false` makes one that waits for `restoreLink()`. */
  connect(options: { readonly connected?: boolean; readonly log?: Log } = {}): FakeBus {
    const bus = new FakeBus(this, options);
    this.#buses.add(bus);
    return bus;
  }

  /** Stops serving without closing connections: what is sent waits, flushes wait. Ended by `thaw()`. */
  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    this.#schedule();
  }

  /** Delivers all that is waiting, and what its handlers publish, before it returns. */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      while (!this.#frozen) {
        const next = this.#queue.shift();
        if (next === undefined) return;
        this.#handOut(next);
      }
    } finally {
      this.#delivering = false;
    }
  }

  /** For FakeBus: takes a message over. */
  take(sent: Sent): void {
    this.#queue.push(sent);
    this.#schedule();
  }

  /** For FakeBus: what it sent and the server has not yet read is gone. */
  forget(bus: FakeBus): void {
    this.#queue = this.#queue.filter((sent) => sent.from !== bus);
  }

  /** For FakeBus: a subject that nobody else uses. */
  inbox(): string {
    this.#inboxes += 1;
    return `_INBOX.${this.#inboxes}`;
  }

  /** For FakeBus: whether anybody hears a subject now. */
  hasListener(subject: string): boolean {
    return [...this.#buses].some((bus) => bus.hears(subject));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.deliver();
    });
  }

  #handOut(sent: Sent): void {
    if (sent.reached !== undefined) {
      sent.reached();
      return;
    }
    const isHeard = this.hasListener(sent.subject);
    for (const bus of this.#buses) bus.receive(sent);
    // As the server does: who asks where nobody listens is told so by an empty message.
    if (!isHeard && sent.reply !== undefined)
      for (const bus of this.#buses)
        bus.receive({ ...sent, subject: sent.reply, body: NOTHING, reply: undefined });
  }
}

export function fakeBroker(): FakeBroker {
  return new FakeBroker();
}

/** One connection to a FakeBroker, whose link tests cut and mend. */
export class FakeBus implements Bus {
  readonly #broker: FakeBroker;
  readonly #log: Log;
  readonly #subscribed = new Set<Subscribed>();
  #listeners: ((link: "lost" | "restored") => void)[] = [];
  readonly #flushes = new Set<(error: BackbeatError) => void>();
  readonly #requests = new Set<() => void>();
  #connected: boolean;
  #closed = false;
  #link = 0;
  #handlerFailures = 0;

  constructor(broker: FakeBroker, options: { readonly connected?: boolean; readonly log?: Log }) {
    this.#broker = broker;
    this.#connected = options.connected ?? true;
    this.#log = options.log ?? silentLog;
  }

  get connected(): boolean {
    return this.#connected && !this.#closed;
  }

  get handlerFailures(): number {
    return this.#handlerFailures;
  }

  /** Cuts the link. What was published and not yet delivered is lost; messages meanwhile pass by. */
  loseLink(): void {
    if (!this.connected) return;
    this.#connected = false;
    this.#cut();
    this.#tell("lost");
  }

  restoreLink(): void {
    if (this.#connected || this.#closed) return;
    this.#connected = true;
    this.#tell("restored");
  }

  publish(subject: string, body: Uint8Array, { headers, replyTo }: PublishOptions = {}): boolean {
    return this.#send({ subject, body, headers, reply: replyTo });
  }

  inbox(): string {
    return this.#broker.inbox();
  }

  flush(): Promise<void> {
    if (!this.connected) return Promise.reject(linkLost());
    return new Promise((resolve, reject) => {
      this.#flushes.add(reject);
      const reached = () => {
        this.#flushes.delete(reject);
        resolve();
      };
      this.#send({ subject: "", body: new Uint8Array(0), reached });
    });
  }

  subscribe(subject: string, handler: (message: BusMessage) => void): BusSubscription {
    const subscribed = { subject, handler };
    if (!this.#closed) this.#subscribed.add(subscribed);
    return {
      unsubscribe: () => {
        this.#subscribed.delete(subscribed);
      },
    };
  }

  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<BusMessage | undefined> {
    if (!this.connected || !this.#broker.hasListener(subject)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const reply = this.#broker.inbox();
      const finish = (answer: BusMessage | undefined) => {
        clearTimeout(timer);
        this.#requests.delete(nobody);
        subscription.unsubscribe();
        resolve(answer);
      };
      const nobody = () => finish(undefined);
      const timer = setTimeout(nobody, timeoutMs);
      this.#requests.add(nobody);
      const subscription = this.subscribe(reply, finish);
      this.#send({ subject, body, reply });
    });
  }

  onLink(listener: (link: "lost" | "restored") => void): BusSubscription {
    this.#listeners.push(listener);
    return {
      unsubscribe: () => {
        this.#listeners = this.#listeners.filter((known) => known !== listener);
      },
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flush().catch(() => undefined);
    this.#closed = true;
    this.#subscribed.clear();
    this.#cut();
  }

  /** For FakeBroker: whether a message on `subject` would be handled here. */
  hears(subject: string): boolean {
    return this.connected && [...this.#subscribed].some((one) => matches(one.subject, subject));
  }

  /** For FakeBroker: a message that reached the server. */
  receive(sent: Sent): void {
    if (!this.connected) return;
    for (const { subject, handler } of [...this.#subscribed]) {
      if (!matches(subject, sent.subject)) continue;
      try {
        handler(this.#message(sent));
      } catch (thrown) {
        this.#handlerFailures += 1;
        this.#log.error(`The handler of ${subject} threw, its message is lost: ${messageOf(thrown)}`);
      }
    }
  }

  #message(sent: Sent): BusMessage {
    const { subject, body, headers, reply } = sent;
    return {
      subject,
      data: body,
      headers: headers && { get: (name) => headers[name] ?? "" },
      respond: (answer) => reply !== undefined && this.#send({ subject: reply, body: answer }),
    };
  }

  #send(sent: Pick<Sent, "subject" | "body"> & Partial<Sent>): boolean {
    if (!this.connected) return false;
    this.#broker.take({ reply: undefined, ...sent, from: this, link: this.#link });
    return true;
  }

  #cut(): void {
    this.#link += 1;
    this.#broker.forget(this);
    for (const reject of this.#flushes) reject(linkLost());
    this.#flushes.clear();
    for (const nobody of [...this.#requests]) nobody();
  }

  #tell(link: "lost" | "restored"): void {
    for (const listener of this.#listeners) {
      try {
        listener(link);
      } catch (thrown) {
        this.#log.error(`A listener to the link threw on "${link}": ${messageOf(thrown)}`);
      }
    }
  }
}

/** NATS subjects: tokens between dots, `*` for one, a final `>` for one or more. */
function matches(pattern: string, subject: string): boolean {
  if (pattern === subject) return true;
  const wanted = pattern.split(".");
  const given = subject.split(".");
  for (const [index, token] of wanted.entries()) {
    if (token === ">") return given.length > index;
    if (given[index] === undefined || (token !== "*" && token !== given[index])) return false;
  }
  return wanted.length === given.length;
}

function linkLost(): BackbeatError {
  return new BackbeatError("nats-unreachable", "Cannot flush: the link is down");
}
