/**
 * From a claim on its way to NATS until its cell is at a viewer: 10,000 agents, a claim each in every beat of a second,
 * spread over the first part of it. Claims come in one order and cells are counted, so the nth cell is the nth claim.
 */
import { connect as connectSocket } from "node:net";
import { connect } from "@nats-io/transport-node";
import { encodeFrame, subjectsOf, windowIdOf } from "../src/contracts/index.ts";
import { ClaimTemplate } from "./claim-template.ts";
import { percentile } from "./figures.ts";
import { CLUSTER, FIRST_BEAT } from "./generator.ts";

export interface LatencyPlan {
  readonly server: string;
  /** Of reverb. */
  readonly url: string;
  readonly agents: number;
  readonly beats: number;
  /** How long agents take to claim after a beat. */
  readonly spreadMs: number;
}

export interface LatencyFigures {
  readonly cells: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const BEAT_MS = 1_000;
const BATCHES = 50;

/** Resolves when every claim was seen. */
export async function measureLatency(plan: LatencyPlan): Promise<LatencyFigures> {
  const subjects = subjectsOf(CLUSTER);
  const connection = await connect({ servers: plan.server });
  const template = new ClaimTemplate();
  const sentAtMs: number[] = [];
  const latenciesMs: number[] = [];
  const viewer = await watch(plan.url, (cells) => {
    const nowMs = performance.now();
    for (let n = 0; n < cells; n += 1) latenciesMs.push(nowMs - (sentAtMs[latenciesMs.length] ?? Number.NaN));
  });
  const startedAtMs = performance.now();
  for (let beat = 0; beat < plan.beats; beat += 1) {
    await until(startedAtMs + beat * BEAT_MS);
    connection.publish(subjects.beat, frameBody(FIRST_BEAT + beat));
    for (let batch = 0; batch < BATCHES; batch += 1) {
      await until(startedAtMs + beat * BEAT_MS + (batch / BATCHES) * plan.spreadMs);
      for (let n = 0; n < plan.agents / BATCHES; n += 1) {
        connection.publish(
          subjects.status,
          template.next((batch * plan.agents) / BATCHES + n, FIRST_BEAT + beat),
        );
        sentAtMs.push(performance.now());
      }
    }
  }
  await until(performance.now() + 2 * BEAT_MS);
  viewer.destroy();
  await connection.close();
  if (latenciesMs.length !== sentAtMs.length)
    throw new Error(`${sentAtMs.length} claims were sent, ${latenciesMs.length} cells were seen`);
  // The first beat makes the agents known and the code warm.
  const measured = latenciesMs.slice(plan.agents);
  return {
    cells: measured.length,
    p50Ms: percentile(measured, 0.5),
    p99Ms: percentile(measured, 0.99),
    maxMs: percentile(measured, 1),
  };
}

/** Tells how many cells each event brings. */
function watch(url: string, onCells: (cells: number) => void) {
  const { hostname, port } = new URL(url);
  const socket = connectSocket(Number(port), hostname, () => {
    socket.write("GET /api/v1/events HTTP/1.1\r\nhost: bench\r\n\r\n");
  });
  socket.setEncoding("utf8");
  let text = "";
  return new Promise<typeof socket>((resolve) => {
    socket.on("data", (part: string) => {
      text += part;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const data = /^event: claims\n.*\ndata: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data === undefined) continue;
        const { cells } = JSON.parse(data) as { cells: readonly [number, number, string][] };
        onCells(cells.reduce((sum, [, , letters]) => sum + letters.replaceAll(".", "").length, 0));
      }
      resolve(socket);
    });
  });
}

function frameBody(beat: number): Uint8Array {
  return encodeFrame({
    type: "backbeat.beatframe.v1",
    cluster_id: CLUSTER,
    beat_index: beat,
    downbeat: beat === FIRST_BEAT,
    phase: "plan",
    hlc: "0000:0000:0001",
    deadline_at: new Date(Date.now() + BEAT_MS).toISOString(),
    tempo_bpm: 60,
    window_id: windowIdOf(CLUSTER, FIRST_BEAT),
    metadata: { bar_from: FIRST_BEAT, bar_length: 1_000 },
  });
}

function until(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
}
