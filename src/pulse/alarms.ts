/** What is wrong with a pulse now. One cause, one alarm: what follows from another is left out. */

import type { PulseAlarm } from "./view.ts";

export interface PulseTroubles {
  readonly isConnected: boolean;
  /** Why the journal stores no beats; undefined while it does, or there is none. */
  readonly journal: JournalTrouble | undefined;
  /** Why the lease store does not answer or does not store; undefined while it works, or there is none. */
  readonly lease: string | undefined;
  /** What is to be said of another pulse with our node id. */
  readonly duplicate: string | undefined;
}

/** `isRefused`: the server says why, else it is silent. */
export interface JournalTrouble {
  readonly isRefused: boolean;
  readonly text: string;
}

export function pulseAlarmsOf({ duplicate, ...stores }: PulseTroubles): readonly PulseAlarm[] {
  const ofStores = storeAlarmsOf(stores);
  return duplicate === undefined ? ofStores : [...ofStores, { name: "duplicate-node-id", text: duplicate }];
}

function storeAlarmsOf({
  isConnected,
  journal,
  lease,
}: Omit<PulseTroubles, "duplicate">): readonly PulseAlarm[] {
  if (!isConnected)
    return [{ name: "link-lost", text: "NATS is not connected: the beat goes on, its frames are not sent" }];
  if (journal !== undefined)
    return [{ name: journal.isRefused ? "store-refuses" : "journal-stalled", text: journal.text }];
  if (lease === undefined) return [];
  return [{ name: "lease-stalled", text: `nobody can change the tempo: ${lease}` }];
}
