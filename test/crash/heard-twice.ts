/**
 * Windows whose report was on the wire more than once.
 *
 * One server republishes a record when it has stored it, and never again. Of several the leader does; where it dies
 * before the others know that the record is stored, its successor stores it as the leader, and republishes it again
 * (seen with nats-server 2.9.10, 6.5 s after the first time). That is the same record of the report stream, and no
 * fault of who committed it once.
 */

export interface HeardReport {
  readonly windowId: string;
  /** Place in the report stream, as the republished message says it. */
  readonly seq: number;
  readonly atMs: number;
}

export interface HeardTwice {
  readonly faults: readonly string[];
  /** Records that a new leader said again. */
  readonly repeated: number;
}

export function heardTwice(
  heard: readonly HeardReport[],
  { isCluster }: { readonly isCluster: boolean },
): HeardTwice {
  const byWindow = new Map<string, HeardReport[]>();
  for (const one of heard) {
    const times = byWindow.get(one.windowId);
    if (times === undefined) byWindow.set(one.windowId, [one]);
    else times.push(one);
  }
  const faults: string[] = [];
  let repeated = 0;
  for (const [windowId, times] of byWindow) {
    if (times.length < 2) continue;
    const records = times.map(({ seq }) => seq);
    if (isCluster && new Set(records).size === 1) repeated += 1;
    else {
      const apartMs = Math.round((times.at(-1)?.atMs ?? 0) - (times[0]?.atMs ?? 0));
      faults.push(
        `window ${windowId} was on the wire ${times.length} times, as records ${records.join(", ")}, ${apartMs} ms apart`,
      );
    }
  }
  return { faults, repeated };
}
