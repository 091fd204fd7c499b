/** Where a client finds NATS when nobody says: the embedded server of the data directory, else the usual local port. */
import { DEFAULT_NATS_PORT } from "./address.ts";
import { readServerFile } from "./server-file.ts";

export interface FoundNats {
  /** A comma list as `parseServers` reads it. */
  readonly url: string;
  readonly source: "setting" | "embedded" | "default";
}

/** The setting (flag, environment, file) if given, else the server embedded in a process on `dataDir`, else 127.0.0.1:4222. */
export function findNatsUrl(where: { readonly explicit?: string; readonly dataDir: string }): FoundNats {
  if (where.explicit !== undefined) return { url: where.explicit, source: "setting" };
  const embedded = readServerFile(where.dataDir);
  if (embedded !== undefined) return { url: embedded.url, source: "embedded" };
  return { url: `nats://127.0.0.1:${DEFAULT_NATS_PORT}`, source: "default" };
}
