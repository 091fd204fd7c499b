/** What an operator decides about a reverb. */
import type { DecoderOptions, ReadingMode } from "../contracts/decode.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { AggregatorSettings } from "../core/aggregator-settings.ts";
import type { SignatureRules } from "../core/claim-guard.ts";
import type { Durability } from "../ports.ts";

export interface ReverbSettings extends AggregatorSettings {
  readonly nodeId: string;
  /** This run of the process, unlike any other; without it another replica with our node id is not noticed. */
  readonly boot?: string;
  readonly version: string;
  readonly subjects: Subjects;
  /** How long a bar that is over still takes claims; default a tenth of a beat, at most 1 s; never above half a beat. */
  readonly graceMs?: number;
  /** Default `lenient`. */
  readonly readingMode?: ReadingMode;
  /** Largest body that is read, in bytes; default 64 KiB. */
  readonly bodyBytesMax?: number;
  /** Who must sign claims, and with which keys; default: nobody. */
  readonly signatures?: SignatureRules;
  /** Closed bars kept for the API; default 100. */
  readonly windowsRetainedMax?: number;
  /** How long closed bars are kept for the API; default 300 s. */
  readonly windowTtlSeconds?: number;
  /** `auto`: the journal where the server has JetStream for us, else core mode. Default `auto`. */
  readonly journalMode?: "auto" | "on" | "off";
  /** Least durability to run with; default: any. */
  readonly durabilityRequired?: Durability;
  /** The running profile that these settings may replace, see replace-profile.ts; default: none, other settings are refused. */
  readonly replaceProfile?: string;
  /** For the status only. */
  readonly expectedAgents?: number;
}

export const DEFAULT_WINDOWS_RETAINED_MAX = 100;
export const DEFAULT_WINDOW_TTL_SECONDS = 300;

/** A tenth of a beat is time enough for an agent to hear the downbeat, and 1 s always is. */
const GRACE_BEATS = 0.1;
const GRACE_MS_MAX = 1_000;

/** Above half a beat the report could not be out within one (PER-002). */
const GRACE_BEATS_MAX = 0.5;

/** How long a bar waits for stragglers at this beat duration. */
export function graceMsFor(beatDurationMs: number, configuredMs: number | undefined): number {
  const wantedMs = configuredMs ?? Math.min(GRACE_MS_MAX, GRACE_BEATS * beatDurationMs);
  return Math.min(wantedMs, GRACE_BEATS_MAX * beatDurationMs);
}

/** How messages are read under these settings. */
export function decoderOptions({ bodyBytesMax, readingMode }: ReverbSettings): DecoderOptions {
  return { mode: readingMode ?? "lenient", ...(bodyBytesMax === undefined ? {} : { bodyBytesMax }) };
}
