/**
 * Which NATS server to try next: those of the settings and those that a cluster told us of, in turn.
 *
 * Keeps no connection. The server that was tried last is the last to be tried again, so after a loss we first go
 * to another one. Discovered servers inherit TLS and credentials from the server that named them.
 */
import { isIP } from "node:net";
import { formatHostPort, parseServers } from "./address.ts";
import type { ConnectTarget } from "./connect.ts";

/** A cluster greets with one address per server and interface; more than this is a fault, not a cluster. */
const DISCOVERED_MAX = 64;

export class ServerPool {
  #queue: ConnectTarget[];
  readonly #configured: ReadonlySet<string>;

  /** `fraction` gives numbers in [0, 1) for the first order. */
  constructor(servers: readonly ConnectTarget[], fraction: () => number = Math.random) {
    this.#queue = shuffled(servers, fraction);
    this.#configured = new Set(servers.map(formatHostPort));
  }

  get size(): number {
    return this.#queue.length;
  }

  /** The next server to try; undefined only for an empty pool. */
  next(): ConnectTarget | undefined {
    const server = this.#queue.shift();
    if (server !== undefined) this.#queue.push(server);
    return server;
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
    const kept = this.#queue.filter((server) => {
      const key = formatHostPort(server);
      const stays = this.#configured.has(key) || named.has(key) || server === teller;
      named.delete(key);
      return stays;
    });
    this.#queue = [...named.values(), ...kept];
  }
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
