/** What every `Bus` must do, whatever carries it: one suite for the fake of the tests and for NATS. */
import { describe, expect, it } from "vitest";
import { BackbeatError } from "../../src/errors.ts";
import type { Bus } from "../../src/ports.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

/** A server that the suite may stop, and connections to it. */
export interface BusWorld extends AsyncDisposable {
  /** A connection; `up` false for one that is made while the server is away. */
  connect(options?: { readonly up?: boolean }): Promise<Bus>;
  /** The server takes bytes but answers nobody. */
  freeze(): void | Promise<void>;
  /** All links are lost. */
  cut(): void | Promise<void>;
  /** The server is back (from `freeze` or `cut`); its connections come back by themselves. */
  mend(): void | Promise<void>;
}

const text = (message: string) => new TextEncoder().encode(message);
const read = (data: Uint8Array) => new TextDecoder().decode(data);

export function busCompliance(name: string, makeWorld: () => Promise<BusWorld>): void {
  describe(`Bus compliance: ${name}`, () => {
    it("INT-001 Bus delivers to every subscriber, the publisher included, bytes unchanged", async () => {
      await using world = await makeWorld();
      const [a, b] = [await world.connect(), await world.connect()];
      const heard: string[] = [];
      a.subscribe("s.one", (message) => heard.push(`a ${message.subject} ${message.data.join()}`));
      b.subscribe("s.*", (message) => heard.push(`b ${message.subject} ${message.data.join()}`));
      b.subscribe("s.>", (message) => heard.push(`c ${message.subject} ${message.data.length}`));
      await Promise.all([a.flush(), b.flush()]);
      expect(a.publish("s.one", new Uint8Array([0, 255, 10]))).toBe(true);
      expect(a.publish("other", text("x"))).toBe(true);
      await waitFor("three messages", () => heard.length >= 3);
      expect(heard.toSorted()).toEqual(["a s.one 0,255,10", "b s.one 0,255,10", "c s.one 3"]);
    });

    it("BACKBEAT-REQ-044 Bus carries headers, none where none were given", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      const heard: (string | undefined)[] = [];
      bus.subscribe("s", ({ headers }) => heard.push(headers?.get("Backbeat-Key-Id"), headers?.get("Other")));
      await bus.flush();
      bus.publish("s", text("x"), { headers: { "Backbeat-Key-Id": "k1" } });
      bus.publish("s", text("x"));
      await waitFor("both messages", () => heard.length === 4);
      expect(heard).toEqual(["k1", "", undefined, undefined]);
    });

    it("BACKBEAT-REQ-020 Bus keeps one order over two subscriptions of a connection", async () => {
      await using world = await makeWorld();
      const [sender, receiver] = [await world.connect(), await world.connect()];
      const heard: number[] = [];
      receiver.subscribe("frames", (message) => heard.push(Number(read(message.data))));
      receiver.subscribe("claims", (message) => heard.push(Number(read(message.data))));
      await receiver.flush();
      const count = 2_000;
      for (let n = 0; n < count; n += 1) sender.publish(n % 7 === 0 ? "frames" : "claims", text(String(n)));
      await waitFor("all messages", () => heard.length === count);
      expect(heard).toEqual(Array.from({ length: count }, (_, n) => n));
    });

    it("BACKBEAT-REQ-020 Bus delivers no message inside publish", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      let heard = 0;
      bus.subscribe("s", () => {
        heard += 1;
      });
      await bus.flush();
      bus.publish("s", text("x"));
      expect(heard).toBe(0);
      await waitFor("the message", () => heard === 1);
    });

    it("BACKBEAT-REQ-020 Bus ends a subscription on unsubscribe, twice without harm, the others unharmed", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      const heard: string[] = [];
      const ended = bus.subscribe("s", () => heard.push("ended"));
      bus.subscribe("s", () => heard.push("stays"));
      ended.unsubscribe();
      ended.unsubscribe();
      await bus.flush();
      bus.publish("s", text("x"));
      await waitFor("the message", () => heard.length > 0);
      await bus.flush();
      expect(heard).toEqual(["stays"]);
    });

    it("BACKBEAT-REQ-020 Bus survives a handler that throws: it, others and later messages go on", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      const heard: string[] = [];
      bus.subscribe("s", (message) => {
        heard.push(`thrower ${read(message.data)}`);
        throw new Error("a handler's fault");
      });
      bus.subscribe("t", (message) => heard.push(`other ${read(message.data)}`));
      await bus.flush();
      for (const n of ["1", "2"]) {
        bus.publish("s", text(n));
        bus.publish("t", text(n));
      }
      await waitFor("all four", () => heard.length === 4);
      expect(heard).toEqual(["thrower 1", "other 1", "thrower 2", "other 2"]);
      await bus.flush();
    });

    it("BACKBEAT-REQ-002 Bus.request gives the first answer", async () => {
      await using world = await makeWorld();
      const [asker, answerer] = [await world.connect(), await world.connect()];
      answerer.subscribe("now", (message) => {
        expect(message.respond(text(`you said ${read(message.data)}`))).toBe(true);
      });
      await answerer.flush();
      const answer = await asker.request("now", text("hello"), DEADLINE_MS);
      expect(answer && read(answer.data)).toBe("you said hello");
    });

    it("BACKBEAT-REQ-002 Bus.request gives undefined when nobody is there and when nobody answers in time", async () => {
      await using world = await makeWorld();
      const [asker, mute] = [await world.connect(), await world.connect()];
      expect(await asker.request("nobody", text(""), DEADLINE_MS)).toBeUndefined();
      let asked = 0;
      mute.subscribe("mute", () => {
        asked += 1;
      });
      await mute.flush();
      expect(await asker.request("mute", text(""), 50)).toBeUndefined();
      await waitFor("the request", () => asked === 1);
    });

    it("BACKBEAT-REQ-002 BusMessage.respond is false where nobody asked", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      const answered: boolean[] = [];
      bus.subscribe("s", (message) => answered.push(message.respond(text("x"))));
      await bus.flush();
      bus.publish("s", text("x"));
      await waitFor("the message", () => answered.length === 1);
      expect(answered).toEqual([false]);
    });

    it("BACKBEAT-REQ-003 Bus says lost and restored, takes nothing meanwhile, and subscribes again", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      const links: string[] = [];
      const heard: string[] = [];
      bus.onLink((link) => links.push(`${link} ${bus.connected}`));
      bus.subscribe("s", (message) => heard.push(read(message.data)));
      await bus.flush();
      await world.cut();
      await waitFor("the loss", () => links.length === 1);
      expect(bus.publish("s", text("while down"))).toBe(false);
      await expect(bus.flush()).rejects.toMatchObject({ code: "nats-unreachable" });
      expect(await bus.request("s", text(""), DEADLINE_MS)).toBeUndefined();
      bus.subscribe("t", (message) => heard.push(read(message.data)));
      await world.mend();
      await waitFor("the link", () => links.length === 2);
      expect(links).toEqual(["lost false", "restored true"]);
      expect(bus.publish("s", text("after"))).toBe(true);
      expect(bus.publish("t", text("subscribed while down"))).toBe(true);
      await waitFor("both messages", () => heard.length === 2);
      await bus.flush();
      expect(heard).toEqual(["after", "subscribed while down"]);
    });

    it("BACKBEAT-REQ-041 Bus.flush rejects when the link is lost before the server's answer", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      await world.freeze();
      expect(bus.publish("s", text("never arrives"))).toBe(true);
      const flushed = bus.flush().then(
        () => "resolved",
        (error: unknown) => error,
      );
      const asked = bus.request("s", text("nor this"), DEADLINE_MS);
      await world.cut();
      const outcome = await flushed;
      expect(outcome).toBeInstanceOf(BackbeatError);
      expect(outcome).toMatchObject({ code: "nats-unreachable" });
      expect(await asked).toBeUndefined();
    });

    it("BACKBEAT-REQ-003 Bus made before its server comes up once it is there", async () => {
      await using world = await makeWorld();
      await world.cut();
      const bus = await world.connect({ up: false });
      const heard: string[] = [];
      const links: string[] = [];
      bus.onLink((link) => links.push(link));
      bus.subscribe("s", (message) => heard.push(read(message.data)));
      expect(bus.connected).toBe(false);
      expect(bus.publish("s", text("too early"))).toBe(false);
      await world.mend();
      await waitFor("the link", () => bus.connected);
      expect(links).toEqual(["restored"]);
      bus.publish("s", text("hello"));
      await waitFor("the message", () => heard.length === 1);
      expect(heard).toEqual(["hello"]);
    });

    it("BACKBEAT-REQ-041 Bus.close delivers what was published, then takes and hears nothing", async () => {
      await using world = await makeWorld();
      const [bus, other] = [await world.connect(), await world.connect()];
      const heard: string[] = [];
      const links: string[] = [];
      let heardAfterClose = 0;
      other.subscribe("s", (message) => heard.push(read(message.data)));
      bus.subscribe("t", () => {
        heardAfterClose += 1;
      });
      bus.onLink((link) => links.push(link));
      await Promise.all([bus.flush(), other.flush()]);
      bus.publish("s", text("the last"));
      await Promise.all([bus.close(), bus.close()]);
      await bus.close();
      await waitFor("the last message", () => heard.length === 1);
      expect(bus.connected).toBe(false);
      expect(bus.publish("s", text("too late"))).toBe(false);
      await expect(bus.flush()).rejects.toMatchObject({ code: "nats-unreachable" });
      expect(await bus.request("s", text(""), DEADLINE_MS)).toBeUndefined();
      bus.subscribe("t", () => {
        heardAfterClose += 1;
      });
      other.publish("t", text("x"));
      await other.flush();
      await other.flush();
      expect(heardAfterClose).toBe(0);
      expect(heard).toEqual(["the last"]);
      expect(links).toEqual([]);
    });

    it("BACKBEAT-REQ-041 Bus.close never rejects, whatever the link is", async () => {
      await using world = await makeWorld();
      const bus = await world.connect();
      const lost = new Promise((resolve) => bus.onLink(resolve));
      await world.cut();
      await lost;
      await bus.close();
      const never = await world.connect({ up: false });
      await never.close();
      expect(never.connected).toBe(false);
    });
  });
}
