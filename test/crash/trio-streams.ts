/** What the streams beside three pulses hold: frames of the journal, and what reports say of their beats. */
import { BEAT_FRAME_TYPE } from "../../src/contracts/index.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { journalName, reportsName } from "../../src/nats/stream-names.ts";
import type { BeatsOfReport, StoredFrame } from "./beats-said.ts";

export const TRIO_CLUSTER = "trio";

interface StoredBody {
  readonly type?: string;
  readonly window_id?: string;
  readonly beat_index?: number;
  readonly metadata?: { readonly node?: string; readonly epoch?: number };
  readonly from_beat?: number;
  readonly to_beat?: number;
  readonly issues?: readonly { readonly category: string; readonly count: number }[];
}

export interface PlacedFrame extends StoredFrame {
  readonly node: string;
  /** On the server's wall clock. */
  readonly storedAtMs: number;
}

/** The journal's frames, in order. A tick names a window, too, and is none. */
export async function framesIn(bus: NatsBus): Promise<PlacedFrame[]> {
  const messages = await messagesIn(bus, journalName(TRIO_CLUSTER));
  return messages.flatMap(({ body, timeMs: storedAtMs }) => {
    const { beat_index: index, metadata, type, window_id: windowId } = body;
    if (index === undefined || windowId === undefined || type !== BEAT_FRAME_TYPE) return [];
    return [{ index, windowId, epoch: Number(metadata?.epoch), node: String(metadata?.node), storedAtMs }];
  });
}

/** What each stored report says of its beats, in order. */
export async function reportsIn(bus: NatsBus): Promise<BeatsOfReport[]> {
  const messages = await messagesIn(bus, reportsName(TRIO_CLUSTER));
  return messages.flatMap(({ body }) => {
    const { from_beat: fromBeat, issues = [], to_beat: toBeat, window_id: windowId } = body;
    if (windowId === undefined || fromBeat === undefined || toBeat === undefined) return [];
    const countOf = (category: string) => issues.find((issue) => issue.category === category)?.count ?? 0;
    const isPartial = countOf("partial_window") > 0;
    return [{ windowId, fromBeat, toBeat, missedBeats: countOf("missed_beats"), isPartial }];
  });
}

async function messagesIn(bus: NatsBus, stream: string) {
  const api = new JetStreamApi(bus);
  const { state } = await api.ask<{ readonly state: { readonly last_seq: number } }>(`STREAM.INFO.${stream}`);
  const seqs = Array.from({ length: state.last_seq }, (_, at) => at + 1);
  return Promise.all(
    seqs.map(async (seq) => {
      type Answer = { readonly message: { readonly data?: string; readonly time: string } };
      const { message } = await api.ask<Answer>(`STREAM.MSG.GET.${stream}`, { seq });
      const body = JSON.parse(Buffer.from(message.data ?? "", "base64").toString()) as StoredBody;
      return { body, timeMs: Date.parse(message.time) + microsecondsOf(message.time) / 1_000 };
    }),
  );
}

/** Of an RFC 3339 time, below the millisecond. */
function microsecondsOf(time: string): number {
  return Number((/\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? "0").padEnd(3, "0"));
}
