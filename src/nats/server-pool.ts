/**
 * The NATS servers that may be tried: those that we trust to be there, and those that a cluster only told us of.
 *
 * Trusted are the servers of the settings, and a discovered one that took us when it was tried last. A cluster in
 * containers names addresses that only its own network reaches, so a discovered server is trusted when it has taken
 * us, and no longer when it fails. Each of the two is tried in turn: the server that was tried last is the last to be
 * tried again. Keeps no connection. Discovered servers inherit TLS and credentials from the server that named them.
 */
import { isIP } from "node:net";
import { formatHostPort, parseServers } from "./address.ts";
import type { ConnectTarget } from "./connect.ts";

/** A cluster greets with one address per server and interface; more than this is a fault, not a cluster. */
const DISCOVERED_MAX = 64;

export class ServerPool {
  #trusted: ConnectTarget[];
  #told: ConnectTarget[] = [];
  readonly #configured: ReadonlySet<string>;

  /** `fraction` gives numbers in [0, 1) for the first order. */
  constructor(servers: readonly ConnectTarget[], fraction: () => number = Math.random) {
    this.#trusted = shuffled(servers, fraction);
    this.#configured = new Set(servers.map(formatHostPort));
  }

  get size(): number {
    return this.#trusted.length + this.#told.length;
  }

  get trustedCount(): number {
    return this.#trusted.length;
  }

  get toldCount(): number {
    return this.#told.length;
  }

  /** The next trusted server to try; undefined where there is none. */
  nextTrusted(): ConnectTarget | undefined {
    return rotate(this.#trusted);
  }

  /** The next server to try that we were only told of; undefined where there is none. */
  nextTold(): ConnectTarget | undefined {
    return rotate(this.#told);
  }

  /** A server took us: it is trusted, and the last to be tried again. */
  tookUs(server: ConnectTarget): void {
    this.#trusted = [...without(this.#trusted, server), server];
    this.#told = without(this.#told, server);
  }

  /** A server did not take us: a discovered one is trusted no more. */
  failed(server: ConnectTarget): void {
    if (this.#configured.has(formatHostPort(server))) return;
    const trusted = without(this.#trusted, server);
    if (trusted.length === this.#trusted.length) return;
    this.#trusted = trusted;
    this.#told.push(server);
  }

  /** Takes the addresses that `teller` named: new ones are added, discovered ones that it left out are dropped. */
  discover(hostPorts: readonly string[], teller: ConnectTarget): void {
    const named = new Map<string, ConnectTarget>();
    for (const text of hostPorts.slice(0, DISCOVERED_MAX)) {
      const parsed = parseServers(text);
      if ("faults" in parsed) continue;
      for (const { host, port } of parsed.servers) {
        named.set(formatHostPort({ host, port }), { ...teller, ...tlsNameFrom(teller), host, port });
      }
    }
    const stays = (server: ConnectTarget): boolean => {
      const key = formatHostPort(server);
      const isNamed = named.delete(key);
      return isNamed || this.#configured.has(key) || server === teller;
    };
    this.#trusted = this.#trusted.filter(stays);
    const known = this.#told.filter(stays);
    this.#told = [...named.values(), ...known];
  }
}

/** Takes the first and puts it last. */
function rotate(queue: ConnectTarget[]): ConnectTarget | undefined {
  const server = queue.shift();
  if (server !== undefined) queue.push(server);
  return server;
}

function without(servers: readonly ConnectTarget[], server: ConnectTarget): ConnectTarget[] {
  const key = formatHostPort(server);
  return servers.filter((other) => formatHostPort(other) !== key);
}

/** A cluster names its servers by number, which few certificates hold: the name that we were given counts. */
function tlsNameFrom(teller: ConnectTarget): { readonly tlsName?: string } {
  if (teller.tlsName !== undefined) return { tlsName: teller.tlsName };
  return isIP(teller.host) === 0 ? { tlsName: teller.host } : {};
}

function shuffled<T>(items: readonly T[], fraction: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(fraction() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
