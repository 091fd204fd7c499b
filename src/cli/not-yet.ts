/** Stands in for a command whose module is not written yet. */
import { BackbeatError } from "../errors.ts";

export async function run(): Promise<number> {
  throw new BackbeatError("bad-config", "Cannot run this command: it is not built yet");
}
