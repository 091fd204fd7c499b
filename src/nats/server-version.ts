/** Which nats-server is connected, where what it does depends on it. */
import type { JetStreamApi } from "./jetstream-api.ts";

/** Whether the server is older than a version such as 2.10; a version that cannot be read is not. */
export function isServerBefore(api: JetStreamApi, major: number, minor: number): boolean {
  const [, foundMajor, foundMinor] = /^v?(\d+)\.(\d+)\./.exec(api.connection?.info?.version ?? "") ?? [];
  if (foundMajor === undefined || foundMinor === undefined) return false;
  return Number(foundMajor) < major || (Number(foundMajor) === major && Number(foundMinor) < minor);
}
