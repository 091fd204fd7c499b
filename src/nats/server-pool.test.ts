import { describe, expect, it } from "vitest";
import { formatHostPort } from "./address.ts";
import { ServerPool } from "./server-pool.ts";

const at = (host: string) => ({ host, port: 4222, tls: false });
/** A fraction that leaves a shuffle's order as it is. */
const inOrder = () => 0.999_999;

/** One pass over the servers of a kind. */
function pass(pool: ServerPool, kind: "trusted" | "told" = "trusted"): string[] {
  const count = kind === "trusted" ? pool.trustedCount : pool.toldCount;
  return Array.from({ length: count }, () => {
    const server = kind === "trusted" ? pool.nextTrusted() : pool.nextTold();
    return server === undefined ? "" : formatHostPort(server);
  });
}

describe("ServerPool", () => {
  it("BACKBEAT-REQ-003 ServerPool gives each server in turn, the last one tried last", () => {
    const pool = new ServerPool([at("a"), at("b"), at("c")], inOrder);
    expect(pass(pool)).toEqual(["a:4222", "b:4222", "c:4222"]);
    pool.nextTrusted();
    expect(pass(pool)).toEqual(["b:4222", "c:4222", "a:4222"]);
  });

  it("BACKBEAT-REQ-003 ServerPool begins in a random order, so that a fleet spreads", () => {
    const pool = new ServerPool([at("a"), at("b"), at("c")], () => 0);
    expect(pass(pool)).toEqual(["b:4222", "c:4222", "a:4222"]);
  });

  it("BACKBEAT-REQ-003 ServerPool tries servers that a cluster names, with credentials and certificate name of the teller", () => {
    const teller = { ...at("nats.example"), tls: true, user: "u", password: "p" };
    const pool = new ServerPool([teller], inOrder);
    pool.discover(["10.0.0.2:4222", "nats.example:4222", "[::1]:4333", "!! no address"], teller);
    expect(pass(pool)).toEqual(["nats.example:4222"]);
    expect(pass(pool, "told")).toEqual(["10.0.0.2:4222", "[::1]:4333"]);
    expect(pool.nextTold()).toEqual({ ...teller, host: "10.0.0.2", tlsName: "nats.example" });
  });

  it("BACKBEAT-REQ-003 ServerPool gives no certificate name to what a server known by number names", () => {
    const teller = { ...at("10.0.0.1"), tls: true };
    const pool = new ServerPool([teller], inOrder);
    pool.discover(["10.0.0.2:4222"], teller);
    expect(pool.nextTold()).toEqual({ ...teller, host: "10.0.0.2" });
  });

  it("BACKBEAT-REQ-003 ServerPool trusts a discovered server from when it took us until it fails, a configured one always", () => {
    const pool = new ServerPool([at("a")], inOrder);
    pool.discover(["b:4222", "c:4222"], at("a"));
    pool.tookUs(at("c"));
    expect(pass(pool)).toEqual(["a:4222", "c:4222"]);
    expect(pass(pool, "told")).toEqual(["b:4222"]);
    for (const host of ["a", "b", "c"]) pool.failed(at(host));
    expect(pass(pool)).toEqual(["a:4222"]);
    expect(pass(pool, "told")).toEqual(["b:4222", "c:4222"]);
    expect(pool.size).toBe(3);
  });

  it("BACKBEAT-REQ-003 ServerPool forgets discovered servers that left, never configured ones", () => {
    const [a, b] = [at("a"), at("b")];
    const pool = new ServerPool([a, b], inOrder);
    pool.discover(["c:4222", "d:4222", "e:4222"], a);
    pool.tookUs(at("e"));
    pool.discover(["d:4222"], a);
    expect([pass(pool), pass(pool, "told")]).toEqual([["a:4222", "b:4222"], ["d:4222"]]);
    pool.discover([], a);
    expect([pass(pool), pass(pool, "told")]).toEqual([["a:4222", "b:4222"], []]);
  });

  it("R4 ServerPool takes a bounded number of servers from a cluster", () => {
    const teller = at("a");
    const pool = new ServerPool([teller]);
    pool.discover(
      Array.from({ length: 1_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}:4222`),
      teller,
    );
    expect(pool.size).toBe(65);
  });
});
