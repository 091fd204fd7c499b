/** What is wrong with `--nats`, told with all other mistakes; light, for it runs before anything is loaded. */
import { parseServers } from "../nats/address.ts";

/** The faults of a list of addresses, without its secrets; none when it can be used. */
export function natsFaults(value: string): readonly string[] {
  const parsed = parseServers(value);
  return "faults" in parsed ? parsed.faults : [];
}
