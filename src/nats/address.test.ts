import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatServer, parseServers, redact, type ServerAddress } from "./address.ts";

function servers(list: string): readonly ServerAddress[] {
  const parsed = parseServers(list);
  if ("faults" in parsed) throw new Error(parsed.faults.join("; "));
  return parsed.servers;
}

function faults(list: string): readonly string[] {
  const parsed = parseServers(list);
  return "faults" in parsed ? parsed.faults : [];
}

const plain = { host: "h", port: 4222, tls: false };

describe("parseServers", () => {
  it.each<[string, ServerAddress]>([
    ["h", plain],
    ["h:1234", { ...plain, port: 1234 }],
    ["h:", plain],
    ["nats://h", plain],
    ["NATS://h/", plain],
    ["nats://h:4333", { ...plain, port: 4333 }],
    ["tls://h", { ...plain, tls: true }],
    ["nats://u:p@h", { ...plain, user: "u", password: "p" }],
    ["u:p@h:1", { ...plain, port: 1, user: "u", password: "p" }],
    ["nats://u:@h", { ...plain, user: "u", password: "" }],
    ["nats://secret@h", { ...plain, token: "secret" }],
    ["nats://@h", plain],
    ["nats://u%40x:p%3A%2C%25@h", { ...plain, user: "u@x", password: "p:,%" }],
    ["nats://u:p@w:x@h", { ...plain, user: "u", password: "p@w:x" }],
    ["nats://[::1]:5", { ...plain, host: "::1", port: 5 }],
    ["[::1]", { ...plain, host: "::1" }],
    ["::1", { ...plain, host: "::1" }],
    ["tls://[2001:db8::1]", { host: "2001:db8::1", port: 4222, tls: true }],
    ["127.0.0.1:4222", { ...plain, host: "127.0.0.1" }],
  ])("BACKBEAT-REQ-020 parseServers reads %j as Go's client does", (text, expected) => {
    expect(servers(text)).toEqual([expected]);
  });

  it("BACKBEAT-REQ-020 parseServers splits a comma list and passes over empty items", () => {
    expect(servers(" nats://a , tls://t@b:1,, c ,")).toEqual([
      { host: "a", port: 4222, tls: false },
      { host: "b", port: 1, tls: true, token: "t" },
      { host: "c", port: 4222, tls: false },
    ]);
  });

  it.each([
    ["", "no NATS server is named"],
    [" , ", "no NATS server is named"],
    ["http://h", "http:// is not known"],
    ["ws://h", "ws:// is not known"],
    ["nats://", "names no host"],
    ["nats://:4222", "names no host"],
    ["nats://h:0", "port 0 is not 1 to 65535"],
    ["nats://h:65536", "port 65536 is not 1 to 65535"],
    ["nats://h:x", "is not host:port"],
    ["nats://h/path", "is not host:port"],
    ["nats://h?x=1", "is not host:port"],
    ["nats://a b", "is not host:port"],
    ["nats://[h]:1", "no IPv6 address"],
    ["nats://u:%zz@h", "percent-encoded"],
  ])("BACKBEAT-REQ-020 parseServers refuses %j in words", (text, expected) => {
    expect(faults(text)).toEqual([expect.stringContaining(expected)]);
  });

  it("BACKBEAT-REQ-020 parseServers tells all faults at once, without a secret", () => {
    const told = faults("http://me:hunter2@h,good,nats://hunter3@x:99999,nats://u:hunter4%zz@h");
    expect(told).toHaveLength(3);
    expect(told.join()).not.toMatch(/hunter/);
    expect(told[1]).toBe("nats://***@x:99999: port 99999 is not 1 to 65535");
  });

  it("BACKBEAT-REQ-020 parseServers reads back every address that has credentials of any characters", () => {
    const text = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(
        text,
        text,
        fc.integer({ min: 1, max: 65535 }),
        fc.boolean(),
        (user, password, port, tls) => {
          const url = `${tls ? "tls" : "nats"}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@host:${port}`;
          expect(servers(url)).toEqual([{ host: "host", port, tls, user, password }]);
        },
      ),
    );
  });

  it("BACKBEAT-REQ-020 parseServers never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const parsed = parseServers(text);
        expect("servers" in parsed || parsed.faults.length > 0).toBe(true);
      }),
    );
  });
});

describe("redact", () => {
  it.each([
    ["nats://u:p@h:1,tls://token@b, c", "nats://***@h:1,tls://***@b, c"],
    ["u:p@h", "***@h"],
    ["nats://u:p@w@h", "nats://***@h"],
    ["nats://h", "nats://h"],
    ["wrong://u:p@h", "wrong://***@h"],
  ])("BACKBEAT-REQ-020 redact hides credentials of %j", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it("BACKBEAT-REQ-020 redact hides every password that parseServers understands", () => {
    const secret = fc.string({
      minLength: 4,
      unit: fc.constantFrom("s", "e", "@", ":", "/", "$", "&", "\n"),
    });
    fc.assert(
      fc.property(secret, (password) => {
        expect(redact(`nats://user:${password}@host:1`)).toBe("nats://***@host:1");
      }),
    );
  });
});

describe("formatServer", () => {
  it("BACKBEAT-REQ-020 formatServer shows an address without its credentials, IPv6 in brackets", () => {
    const [first, second] = servers("tls://u:p@[::1]:5,t@h");
    expect(first && formatServer(first)).toBe("tls://[::1]:5");
    expect(second && formatServer(second)).toBe("nats://h:4222");
  });
});
