/**
 * Several pulses in virtual time: each with a clock that runs a little wrong, a connection that delays and loses, a
 * disk, and a lease store that all share. Pulses are killed, stopped, woken, cut off and started again.
 *
 * An observer that loses nothing hears everything that any of them publishes, at the moment when it is published.
 */
import { type BeatFrame, createDecoder, Refusal, subjectsOf } from "../../src/contracts/index.ts";
import type { BackbeatError } from "../../src/errors.ts";
import type { Clock, Timer } from "../../src/ports.ts";
import { type Pulse, type PulseSettings, runPulse } from "../../src/pulse/pulse.ts";
import { FakeClock } from "../../src/sdk/testing/fake-clock.ts";
import { type MemoryLease, MemoryLeaseStore } from "./memory-lease.ts";
import { MemoryTimelineStore } from "./memory-timeline-store.ts";
import { CLUSTER } from "./messages.ts";
import { type RecordingLog, recordingLog } from "./recording-log.ts";
import { type Wire, WorldBus } from "./world-bus.ts";

export const WORLD_SUBJECTS = subjectsOf(CLUSTER);

export interface WorldFrame {
  readonly node: string;
  readonly frame: BeatFrame;
  /** On the world's clock. */
  readonly atMs: number;
}

export interface WorldOptions {
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly settings?: Partial<PulseSettings>;
  readonly leaseMs?: number;
  /** Part of the messages between pulses that is lost; default 0. */
  readonly loss?: number;
  /** Longest delay of a message, ms; default 3. */
  readonly delayMaxMs?: number;
}

export interface StartOptions {
  readonly withDisk?: boolean;
  readonly copyOf?: PulseProcess | undefined;
  /** How far its wall clock is off; default: up to 10 ms. */
  readonly wallOffMs?: number | undefined;
}

/** State: time, processes, and everything that was published. */
export class PulseWorld {
  readonly clock = new FakeClock();
  readonly leases: MemoryLeaseStore;
  readonly frames: WorldFrame[] = [];
  /** The bytes of each frame, in the same order. */
  readonly bodies: Uint8Array[] = [];
  readonly options: WorldOptions;
  readonly #processes = new Map<string, PulseProcess>();
  /** The side of each node that is cut off; side 0 has the lease store. */
  readonly #sides = new Map<string, number>();
  readonly #decoder = createDecoder({ mode: "strict" });
  readonly #listeners: {
    readonly subject: string;
    readonly heard: (body: Uint8Array, from: PulseProcess) => void;
  }[] = [];
  leaseStoreIsUp = true;

  constructor(options: WorldOptions) {
    this.options = options;
    this.leases = new MemoryLeaseStore(options.leaseMs ?? 4_000);
  }

  get processes(): readonly PulseProcess[] {
    return [...this.#processes.values()];
  }

  process(node: string): PulseProcess {
    const found = this.#processes.get(node);
    if (found === undefined) throw new Error(`no process ${node}`);
    return found;
  }

  /**
   * Starts a pulse; again for one that was killed, on the disk that it left or on an empty one. `copyOf`: on a copy of
   * another's disk, with its node id; `node` is then only the name of the process.
   */
  start(node: string, { copyOf, wallOffMs, withDisk = true }: StartOptions = {}): PulseProcess {
    const disk = copyOf === undefined ? this.#processes.get(node)?.store : copyOf.store;
    const copied = copyOf === undefined ? disk : new MemoryTimelineStore(disk?.stored);
    const store = withDisk ? (copied ?? new MemoryTimelineStore()) : new MemoryTimelineStore();
    const process = new PulseProcess(this, { node, nodeId: copyOf?.nodeId ?? node, store, wallOffMs });
    this.#processes.set(node, process);
    process.run();
    return process;
  }

  /** Puts nodes on sides of a partition; the others are on side 0. */
  partition(sides: Readonly<Record<string, number>>): void {
    this.#sides.clear();
    for (const [node, side] of Object.entries(sides)) this.#sides.set(node, side);
  }

  sideOf(node: string): number {
    return this.#sides.get(node) ?? 0;
  }

  /** Hears every message on a subject when it is sent. */
  listen(subject: string, heard: (body: Uint8Array, from: PulseProcess) => void): void {
    this.#listeners.push({ subject, heard });
  }

  /** For processes: a message on its way. */
  carry(from: PulseProcess, message: Wire): void {
    for (const { heard, subject } of this.#listeners)
      if (subject === message.subject) heard(message.body, from);
    if (message.subject === WORLD_SUBJECTS.beat) this.#observe(from.node, message.body);
    for (const to of this.#processes.values()) {
      if (this.sideOf(to.node) !== this.sideOf(from.node)) continue;
      if (to.isOldVersion && to !== from && to.nodeId === from.nodeId) continue;
      const { delayMaxMs = 3, loss = 0, random } = this.options;
      if (to !== from && random() < loss) continue;
      const isTold = to === from || !from.isOldVersion;
      to.receiveIn(random() * delayMaxMs, isTold ? message : withoutBoot(message));
    }
  }

  #observe(node: string, body: Uint8Array): void {
    const frame = this.#decoder.frame(body);
    if (frame instanceof Refusal) throw new Error(`an invalid frame of ${node}: ${frame.text}`);
    this.bodies.push(body);
    this.frames.push({ node, frame, atMs: this.clock.monotonicMs() });
  }
}

/** A process that is stopped does nothing; when it goes on, overdue timers fire before what has arrived is read. */
export class PulseProcess {
  /** Its name in this world. */
  readonly node: string;
  readonly nodeId: string;
  readonly store: MemoryTimelineStore;
  readonly lease: MemoryLease;
  readonly log: RecordingLog = recordingLog();
  /** Why it could not go on. */
  readonly failures: Error[] = [];
  /** What the program does then. */
  whenFailed: (error: BackbeatError) => void = () => undefined;
  readonly #world: PulseWorld;
  readonly #clock: Clock;
  readonly #bus: WorldBus;
  #state: "running" | "stopped" | "dead" = "running";
  #overdue: (() => void)[] = [];
  #unread: (() => void)[] = [];
  #lastArrivalMs = 0;
  #pulse: Pulse | undefined;
  /** Others hear no boot id of it, and it passes over what others send with its node id. */
  isOldVersion = false;

  constructor(
    world: PulseWorld,
    {
      node,
      nodeId,
      store,
      wallOffMs = (world.options.random() - 0.5) * 20,
    }: {
      readonly node: string;
      readonly nodeId: string;
      readonly store: MemoryTimelineStore;
      readonly wallOffMs?: number | undefined;
    },
  ) {
    this.#world = world;
    this.node = node;
    this.nodeId = nodeId;
    this.store = store;
    this.lease = world.leases.connect();
    const { random } = world.options;
    const rate = 1 + (random() - 0.5) * 100e-6;
    const startMs = random() * 1e6;
    this.#clock = {
      monotonicMs: () => startMs + world.clock.monotonicMs() * rate,
      wallMs: () => world.clock.wallMs() + wallOffMs,
      after: (delayMs, action) => this.#after(delayMs / rate, action),
    };
    this.#bus = new WorldBus(this, {
      carry: (message) => world.carry(this, message),
      after: (delayMs, action) => world.clock.after(delayMs, action),
    });
  }

  get pulse(): Pulse {
    if (this.#pulse === undefined) throw new Error("it does not run");
    return this.#pulse;
  }

  get isDead(): boolean {
    return this.#state === "dead";
  }

  get isRunning(): boolean {
    return this.#state === "running";
  }

  run(): void {
    const lease = reachableLease(
      this.lease,
      () => this.#world.leaseStoreIsUp && this.#world.sideOf(this.node) === 0,
    );
    this.#pulse = runPulse(
      {
        clusterId: CLUSTER,
        nodeId: this.nodeId,
        version: "1.2.3",
        tempoBpm: 120,
        barLength: 8,
        subjects: WORLD_SUBJECTS,
        ...this.#world.options.settings,
      },
      {
        clock: this.#clock,
        bus: this.#bus,
        log: this.log,
        metrics: { observe: () => undefined },
        timelineStore: this.store,
        failed: (error) => {
          this.failures.push(error);
          this.whenFailed(error);
        },
        lease,
      },
    );
  }

  /** SIGKILL. */
  kill(): void {
    this.#state = "dead";
  }

  /** SIGSTOP. */
  stand(): void {
    if (this.#state === "running") this.#state = "stopped";
  }

  /** SIGCONT. */
  goOn(): void {
    if (this.#state !== "stopped") return;
    this.#state = "running";
    for (const action of this.#overdue.splice(0)) action();
    const unread = this.#unread.splice(0);
    this.#world.clock.after(0, () => {
      for (const read of unread) this.#do(read, this.#unread);
    });
  }

  setLink(isUp: boolean): void {
    this.#bus.setLink(isUp);
  }

  receiveIn(delayMs: number, message: Wire): void {
    const nowMs = this.#world.clock.monotonicMs();
    // One connection: nothing overtakes.
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, nowMs + delayMs);
    this.#world.clock.after(this.#lastArrivalMs - nowMs, () =>
      this.#do(() => this.#bus.receive(message), this.#unread),
    );
  }

  #after(delayMs: number, action: () => void): Timer {
    let isCancelled = false;
    const unlessCancelled = () => {
      if (!isCancelled) action();
    };
    const timer = this.#world.clock.after(delayMs, () => this.#do(unlessCancelled, this.#overdue));
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  #do(action: () => void, whenStopped: (() => void)[]): void {
    if (this.#state === "running") action();
    else if (this.#state === "stopped") whenStopped.push(action);
  }
}

/** A lease that is out of reach while `isUp` says so. */
function reachableLease(lease: MemoryLease, isUp: () => boolean): MemoryLease {
  return new Proxy(lease, {
    get: (target, name: keyof MemoryLease) => {
      target.reachable = isUp();
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The message as a pulse writes it that knows of no boot ids. */
function withoutBoot({ body, ...rest }: Wire): Wire {
  if (body.length === 0) return { ...rest, body };
  const { boot: _, since_beat: __, ...read } = JSON.parse(new TextDecoder().decode(body));
  if (read.metadata !== undefined) delete read.metadata.boot;
  return { ...rest, body: new TextEncoder().encode(JSON.stringify(read)) };
}
