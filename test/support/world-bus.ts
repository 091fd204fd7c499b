/** The connection of one process of a PulseWorld: what it publishes is carried by the world, or lost. */
import type { Bus, BusMessage, BusSubscription, Timer } from "../../src/ports.ts";

export interface Wire {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly reply: string | undefined;
}

/** Whose connection it is. */
interface BusOwner {
  readonly node: string;
  readonly isDead: boolean;
}

interface BusWorld {
  carry(message: Wire): void;
  after(delayMs: number, action: () => void): Timer;
}

/** A connection of one process. */
export class WorldBus implements Bus {
  readonly #owner: BusOwner;
  readonly #world: BusWorld;
  readonly #handlers = new Set<{
    readonly subject: string;
    readonly handler: (message: BusMessage) => void;
  }>();
  #listeners: ((link: "lost" | "restored") => void)[] = [];
  #isUp = true;
  #inboxes = 0;

  constructor(owner: BusOwner, world: BusWorld) {
    this.#owner = owner;
    this.#world = world;
  }

  get connected(): boolean {
    return this.#isUp;
  }

  setLink(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    for (const listener of this.#listeners) listener(isUp ? "restored" : "lost");
  }

  publish(subject: string, body: Uint8Array, { replyTo }: { readonly replyTo?: string } = {}): boolean {
    if (!this.#isUp || this.#owner.isDead) return false;
    this.#world.carry({ subject, body, reply: replyTo });
    return true;
  }

  inbox(): string {
    this.#inboxes += 1;
    return `_INBOX.${this.#owner.node}.${this.#inboxes}`;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  subscribe(subject: string, handler: (message: BusMessage) => void) {
    const subscribed = { subject, handler };
    this.#handlers.add(subscribed);
    return { unsubscribe: () => void this.#handlers.delete(subscribed) };
  }

  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<BusMessage | undefined> {
    return new Promise((resolve) => {
      const reply = this.inbox();
      const end = (answer: BusMessage | undefined) => {
        patience.cancel();
        subscription.unsubscribe();
        resolve(answer);
      };
      const patience = this.#world.after(timeoutMs, () => end(undefined));
      const subscription = this.subscribe(reply, end);
      if (!this.#isUp) end(undefined);
      else this.#world.carry({ subject, body, reply });
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
    this.#isUp = false;
  }

  /** For PulseProcess: a message that has arrived. */
  receive({ body, reply, subject }: Wire): void {
    if (!this.#isUp) return;
    for (const one of [...this.#handlers]) {
      const isBelow = one.subject.endsWith(".*") && subject.startsWith(one.subject.slice(0, -1));
      if (one.subject !== subject && !isBelow) continue;
      one.handler({
        subject,
        data: body,
        respond: (answer) => reply !== undefined && this.publish(reply, answer),
      });
    }
  }
}
