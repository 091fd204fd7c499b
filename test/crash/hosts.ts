/** Three hosts of our own on one machine: network namespaces on a bridge, whose cables can be pulled. Needs root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

/** Only ours: nothing outside the namespaces has an address here. */
const NETWORK = "10.99.77";
const SWITCH = "bb-switch";

export class Hosts implements AsyncDisposable {
  readonly count: number;
  readonly #children: ChildProcess[] = [];

  constructor(count: number) {
    this.count = count;
    this.#remove();
    ip(["netns", "add", SWITCH]);
    ip(["-n", SWITCH, "link", "add", "br0", "type", "bridge"]);
    ip(["-n", SWITCH, "link", "set", "br0", "up"]);
    for (let host = 0; host < count; host += 1) {
      const name = nameOf(host);
      ip(["netns", "add", name]);
      ip(["-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", cableOf(host), "netns", SWITCH]);
      ip(["-n", SWITCH, "link", "set", cableOf(host), "master", "br0"]);
      ip(["-n", name, "addr", "add", `${addressOf(host)}/24`, "dev", "eth0"]);
      for (const device of ["lo", "eth0"]) ip(["-n", name, "link", "set", device, "up"]);
      this.plug(host);
    }
  }

  /** Pulls a host's cable. */
  unplug(host: number): void {
    ip(["-n", SWITCH, "link", "set", cableOf(host), "down"]);
  }

  plug(host: number): void {
    ip(["-n", SWITCH, "link", "set", cableOf(host), "up"]);
  }

  /** A program on a host; ended with it. */
  run(host: number, command: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn("ip", ["netns", "exec", nameOf(host), ...command], {
      env: { PATH: process.env.PATH ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
    this.#remove();
  }

  #remove(): void {
    for (const name of [SWITCH, ...Array.from({ length: this.count }, (_, host) => nameOf(host))]) {
      try {
        execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
      } catch {
        // It was not there.
      }
    }
  }
}

export function addressOf(host: number): string {
  return `${NETWORK}.${host + 1}`;
}

function nameOf(host: number): string {
  return `bb-host-${host}`;
}

function cableOf(host: number): string {
  return `cable${host}`;
}

function ip(args: readonly string[]): void {
  execFileSync("ip", [...args], { stdio: ["ignore", "ignore", "inherit"] });
}
