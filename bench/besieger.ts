/**
 * Clients that no service wants, in a process of their own: streams that nobody reads, requests that never end, readers
 * that take a trickle; and beside them the requests of ordinary people, whose answers are judged.
 */
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";

export interface Siege {
  readonly url: string;
  /** Streams that are asked for and never read. */
  readonly unread: number;
  /** Connections that begin a request and do not end it. */
  readonly halfOpen: number;
  /** Streams of which a little is read each second. */
  readonly slow: number;
  readonly requestsPerSecond: number;
}

export interface SiegeFigures {
  readonly connections: number;
  readonly requests: number;
  /** By status; `failed`: no answer came. */
  readonly answers: Readonly<Record<string, number>>;
  /** Of the requests, ms. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** What people ask for. */
const LISTS = [
  "/api/v1/status",
  "/api/v1/windows",
  "/api/v1/agents?limit=100",
  "/api/v1/score",
  "/api/v1/score?limit=200&search=9&sort=name",
  "/api/v1/score/groups",
  "/api/v1/waits",
  "/api/v1/reports?limit=20",
];

const AGAIN_AFTER_MS = 1_000;
const SLOW_BYTES = 1_024;

/** Which siege it is; of one that is over nothing comes back. */
let round = 0;
let connections = 0;
const sockets = new Set<Socket>();
const answers = new Map<string, number>();
const latenciesMs: number[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
let timer: NodeJS.Timeout | undefined;

process.on("message", (message: Siege | "lift") => {
  if (message === "lift") lift();
  else begin(message);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });

function begin({ halfOpen, requestsPerSecond, slow, unread, url }: Siege): void {
  const { hostname, port } = new URL(url);
  const place = { host: hostname, port: Number(port) };
  const stream = "GET /api/v1/events HTTP/1.1\r\nhost: bench\r\n\r\n";
  for (let n = 0; n < unread; n += 1) keep(place, stream, (socket) => void socket.pause());
  for (let n = 0; n < halfOpen; n += 1) keep(place, "GET /api/v1/status HTTP/1.1\r\nx-half", () => undefined);
  for (let n = 0; n < slow; n += 1) keep(place, stream, trickle);
  let asked = 0;
  if (requestsPerSecond > 0)
    timer = setInterval(() => {
      ask(url + (LISTS[asked % LISTS.length] as string));
      asked += 1;
    }, 1_000 / requestsPerSecond);
  process.send?.({ begun: true });
}

/** A connection that comes back when it is cut. */
function keep(
  place: { readonly host: string; readonly port: number },
  sent: string,
  behave: (socket: Socket) => void,
): void {
  const itsRound = round;
  const socket = connect(place, () => socket.write(sent));
  connections += 1;
  sockets.add(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => {
    sockets.delete(socket);
    setTimeout(() => itsRound === round && keep(place, sent, behave), AGAIN_AFTER_MS);
  });
  behave(socket);
}

function trickle(socket: Socket): void {
  socket.pause();
  const reading = setInterval(() => socket.read(SLOW_BYTES), 1_000);
  socket.on("close", () => clearInterval(reading));
}

function ask(url: string, before?: { readonly startedAtMs: number }): void {
  const { startedAtMs } = before ?? { startedAtMs: performance.now() };
  const itsRound = round;
  const note = (word: string) => {
    if (itsRound === round) answers.set(word, (answers.get(word) ?? 0) + 1);
  };
  const request = get(url, { agent, timeout: 30_000 }, (response) => {
    response.resume();
    response.on("end", () => {
      latenciesMs.push(performance.now() - startedAtMs);
      note(String(response.statusCode));
    });
  });
  request.on("error", ({ code }: NodeJS.ErrnoException) => {
    // The server had just ended the idle connection on which it was asked: that is asked again, as browsers do.
    const isAskedAgain = before === undefined && request.reusedSocket && code === "ECONNRESET";
    note(isAskedAgain ? "again" : "failed");
    if (isAskedAgain && itsRound === round) ask(url, { startedAtMs });
  });
}

function lift(): void {
  round += 1;
  clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  const sorted = latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const figures: SiegeFigures = {
    connections,
    requests: latenciesMs.length,
    answers: Object.fromEntries(answers),
    latencyMs: { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 },
  };
  connections = 0;
  latenciesMs.length = 0;
  answers.clear();
  process.send?.(figures);
}
