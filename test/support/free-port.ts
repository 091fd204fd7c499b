/**
 * Ports that nothing else takes between the choice and the use.
 *
 * A port that the system chose and that was closed again is given to the next connection that somebody opens, and a
 * suite opens thousands. These lie below the range that systems choose from, and each process of tests has a slice of
 * its own: it listens on the first port of it as long as it lives.
 */
import { createServer, type Server } from "node:net";

/** Linux chooses from 32768 on, others from 49152 on. */
const SLICES_FROM = 20_000;
const SLICES_TO = 32_000;
/** More than one test has open at once. */
const SLICE_LENGTH = 100;

let slice: Promise<number> | undefined;
let used = 0;

/** A port of 127.0.0.1 on which nobody listens; the next call gives another one. */
export async function freePort(): Promise<number> {
  slice ??= takeSlice();
  const first = await slice;
  for (let tried = 1; tried < SLICE_LENGTH; tried += 1) {
    used += 1;
    const port = first + 1 + (used % (SLICE_LENGTH - 1));
    const probe = await listening(port);
    if (probe === undefined) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
  throw new Error(`no port is free from ${first} to ${first + SLICE_LENGTH - 1}`);
}

/** The first port of a slice that no other process has. */
async function takeSlice(): Promise<number> {
  const slices = (SLICES_TO - SLICES_FROM) / SLICE_LENGTH;
  for (let tried = 0; tried < slices; tried += 1) {
    const port = SLICES_FROM + ((process.pid + tried) % slices) * SLICE_LENGTH;
    const guard = await listening(port);
    if (guard === undefined) continue;
    guard.unref();
    return port;
  }
  throw new Error(`no slice of ports is free from ${SLICES_FROM} to ${SLICES_TO}`);
}

/** Undefined: somebody listens there. */
function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
