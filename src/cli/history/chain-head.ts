/** What a replica of this machine knows of the streams, for commands that look at them. */
import { resolve } from "node:path";
import type { ChainHead } from "../../ports.ts";
import { ChainHeadFile } from "../../runtime/chain-head-file.ts";

/** Undefined where `--data-dir` holds none for this cluster. @throws BackbeatError `bad-file` */
export function headIn(settings: {
  readonly dataDir: string;
  readonly clusterId: string;
}): Promise<ChainHead | undefined> {
  return new ChainHeadFile(resolve(settings.dataDir), settings.clusterId).load();
}
