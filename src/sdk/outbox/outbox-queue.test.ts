import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentState, StatusClaim } from "../../contracts/status-claim.ts";
import { DEFAULT_LIMITS } from "../../core/limits.ts";
import { OutboxQueue, type Queued, SENT_MAX, sayingOf } from "./outbox-queue.ts";

const ROOMY = { claimsMax: 10_000, bytesMax: 1_000_000 };

let made = 0;
function queued(state: AgentState = "executing", more: Partial<StatusClaim> = {}, bytes = 10): Queued {
  made += 1;
  const claim: StatusClaim = {
    type: "backbeat.statusclaim.v1",
    agent_id: "a",
    beat_index: made,
    state,
    hlc: "0000:0000:0000",
    ...more,
  };
  return { beatIndex: claim.beat_index, bytes, saying: sayingOf(claim) };
}

function takeAllSent(queue: OutboxQueue<Queued>): Queued[] {
  const sent: Queued[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) sent.push(next);
  return sent;
}

describe("BACKBEAT-REQ-041 S3 OutboxQueue", () => {
  it("gives out in order, and no more than 64 at once", () => {
    const queue = new OutboxQueue<Queued>(ROOMY);
    const claims = Array.from({ length: SENT_MAX + 3 }, () => queued());
    for (const claim of claims) queue.offer(claim);
    expect(takeAllSent(queue)).toEqual(claims.slice(0, SENT_MAX));
    expect(queue.settle(claims[1]!)).toBe(true);
    expect(queue.settle(claims[1]!)).toBe(false);
    expect(takeAllSent(queue)).toEqual([claims[SENT_MAX]]);
    expect(queue).toMatchObject({ waiting: 2, sent: SENT_MAX, bytes: 10 * (SENT_MAX + 2) });
  });

  it("has no more under way than reverb knows a repetition among", () => {
    expect(SENT_MAX).toBeLessThanOrEqual(DEFAULT_LIMITS.fingerprintsPerAgent);
  });

  it("sends again what was not acknowledged, in order, before what waits", () => {
    const queue = new OutboxQueue<Queued>(ROOMY);
    const [a, b, c, d] = [queued(), queued(), queued(), queued()] as const;
    for (const claim of [a, b, c]) queue.offer(claim);
    takeAllSent(queue);
    queue.offer(d);
    queue.settle(b);
    expect(queue.unsend()).toBe(2);
    expect(takeAllSent(queue)).toEqual([a, c, d]);
  });

  it("is full by count and by bytes, and says so without changing anything", () => {
    const byCount = new OutboxQueue<Queued>({ claimsMax: 2, bytesMax: 1_000 });
    byCount.offer(queued("planning"));
    byCount.offer(queued("executing"));
    expect(byCount.offer(queued("reviewing"))).toEqual({ kind: "full" });
    expect(byCount).toMatchObject({ waiting: 2, bytes: 20 });
    const byBytes = new OutboxQueue<Queued>({ claimsMax: 100, bytesMax: 25 });
    byBytes.offer(queued("planning"));
    byBytes.offer(queued("executing"));
    expect(byBytes.offer(queued("reviewing", {}, 6))).toEqual({ kind: "full" });
    expect(byBytes.offer(queued("reviewing", {}, 5)).kind).toBe("taken");
  });

  it("full, lets how far a task is make room for how far it is later, and for nothing else", () => {
    const queue = new OutboxQueue<Queued>({ claimsMax: 4, bytesMax: 1_000 });
    const early = queued("executing", { task_id: "t", progress: 0.1 });
    const other = queued("executing", { task_id: "u", progress: 0.1 });
    const later = queued("executing", { task_id: "t", progress: 0.2 });
    const latest = queued("executing", { task_id: "t", progress: 0.3 });
    for (const claim of [early, other, later, latest]) queue.offer(claim);
    const end = queued("completed", { task_id: "t" });
    expect(queue.offer(end)).toEqual({ kind: "taken", replaced: [later] });
    expect(takeAllSent(queue)).toEqual([early, other, latest, end]);
  });

  it("full, keeps what was sent already and what ends something", () => {
    const queue = new OutboxQueue<Queued>({ claimsMax: 3, bytesMax: 1_000 });
    const sent = queued("helping", { task_id: "t" });
    queue.offer(sent);
    queue.next();
    queue.offer(queued("helping", { task_id: "t", progress: 1 }));
    queue.offer(queued("completed", { task_id: "t" }));
    expect(queue.offer(queued("completed", { task_id: "t" }))).toEqual({ kind: "full" });
  });

  it("takes out what is stale from the oldest on, and everything at the end", () => {
    const queue = new OutboxQueue<Queued>(ROOMY);
    const [a, b, c] = [queued(), queued(), queued()] as const;
    for (const claim of [a, b, c]) queue.offer(claim);
    expect(queue.takeStale((one) => one === a || one === c)).toEqual([a]);
    expect(queue.bytes).toBe(20);
    queue.next();
    expect(queue.takeAll()).toEqual([b, c]);
    expect(queue).toMatchObject({ waiting: 0, sent: 0, bytes: 0 });
  });

  it("R4 keeps nothing that was taken out, however long it is never empty", () => {
    const queue = new OutboxQueue<Queued>(ROOMY);
    queue.offer(queued());
    queue.offer(queued());
    for (let round = 0; round < 10_000; round += 1) {
      const next = queue.next();
      if (next !== undefined) queue.settle(next);
      queue.offer(queued());
    }
    expect(queue.waiting).toBe(2);
    expect(queue.slots).toBeLessThan(1_000);
  });

  it("settles also what waits to be sent again", () => {
    const queue = new OutboxQueue<Queued>(ROOMY);
    const [a, b] = [queued(), queued()] as const;
    queue.offer(a);
    queue.offer(b);
    takeAllSent(queue);
    queue.unsend();
    expect(queue.settle(b)).toBe(true);
    expect(queue.settle(b)).toBe(false);
    expect(takeAllSent(queue)).toEqual([a]);
  });

  it("says nothing over that a key figure hangs on", () => {
    const rotated = { metadata: { secret_rotation: "failed" } };
    expect(queued("executing", rotated).saying).toBeUndefined();
    expect(queued("executing").saying).toBeDefined();
  });

  it("property: whatever happens, each claim taken leaves once, in order of its first sending, none that ends is replaced, and the limits hold", () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant("offer" as const),
        state: fc.constantFrom<AgentState>("executing", "blocked", "completed"),
        task: fc.constantFrom("t", "u"),
      }),
      fc.record({ do: fc.constantFrom("send" as const, "settle" as const, "unsend" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const limits = { claimsMax: 8, bytesMax: 70 };
        const queue = new OutboxQueue<Queued>(limits);
        const alive = new Set<Queued>();
        let underWay: Queued[] = [];
        for (const one of steps) {
          if (one.do === "offer") {
            const claim = queued(one.state, { task_id: one.task });
            const offered = queue.offer(claim);
            if (offered.kind === "full") continue;
            alive.add(claim);
            for (const gone of offered.replaced) {
              expect(gone.saying).toBeDefined();
              expect(underWay).not.toContain(gone);
              expect(alive.delete(gone)).toBe(true);
            }
          } else if (one.do === "send") {
            const next = queue.next();
            if (next !== undefined) underWay.push(next);
          } else if (one.do === "settle") {
            const done = underWay.shift();
            if (done !== undefined) expect(queue.settle(done) && alive.delete(done)).toBe(true);
          } else {
            queue.unsend();
            underWay = [];
          }
          expect(queue.waiting + queue.sent).toBe(alive.size);
          expect(queue.bytes).toBe(10 * alive.size);
          expect(alive.size <= limits.claimsMax && queue.bytes <= limits.bytesMax).toBe(true);
        }
        expect(queue.takeAll()).toEqual([...alive]);
      }),
    );
  });
});
