/**
 * The profile: everything but the journal that can change a report, as plain values with their defaults resolved.
 *
 * Replicas must have the same one; it stands in the chain record, its hash in every report.
 */
import type { Profile } from "../contracts/chain-record.ts";
import { isKeyMember, keyMembers, keysOf } from "../contracts/claim-key.ts";
import { BODY_BYTES_MAX, type ReadingMode } from "../contracts/decode.ts";
import type { AggregatorSettings } from "./aggregator-settings.ts";
import type { SignatureRules } from "./claim-guard.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { defaultLeapBeats } from "./line.ts";

/** Number of the rules by which reports are computed: raised whenever one could come out otherwise. */
export const ALGORITHM = 1;

export interface ProfileSettings extends AggregatorSettings {
  readonly readingMode?: ReadingMode;
  readonly bodyBytesMax?: number;
  /** Who must sign claims; default: nobody. */
  readonly signatures?: SignatureRules;
}

/** Names of a profile and the flags that set them. */
const FLAGS = {
  algorithm: "the algorithm",
  cluster_id: "--cluster",
  bar_length: "--bar-length",
  lead_beats: "--lead",
  leap_beats: "--leap",
  rotation_required: "--require-rotation",
  strict: "--strict",
  body_bytes_max: "--body-bytes-max",
  agents_per_window_max: "--agents-per-window-max",
  tasks_per_agent_max: "--tasks-per-agent-max",
  dependencies_per_claim_max: "--dependencies-per-claim-max",
  fingerprints_per_agent_max: "--fingerprints-per-agent-max",
  held_claims_max: "--held-claims-max",
} as const;

/** Left out where it does not apply: chains that know nothing of signatures stay what they are. */
const SIGNATURES_REQUIRED = "signatures_required";

/** Differences that are told by name; a key set of another cluster differs in all its keys. */
const DIFFERENCES_TOLD_MAX = 20;

export function profileOf(settings: ProfileSettings): Profile {
  const limits = { ...DEFAULT_LIMITS, ...settings.limits };
  const rules: Record<keyof typeof FLAGS, string | number | boolean> = {
    algorithm: ALGORITHM,
    cluster_id: settings.clusterId,
    bar_length: settings.barLength,
    lead_beats: settings.leadBeats ?? settings.barLength,
    leap_beats: settings.leapBeats ?? defaultLeapBeats(settings.barLength),
    rotation_required: settings.rotationRequired ?? false,
    strict: settings.readingMode === "strict",
    body_bytes_max: settings.bodyBytesMax ?? BODY_BYTES_MAX,
    agents_per_window_max: limits.agentsPerWindow,
    tasks_per_agent_max: limits.tasksPerAgent,
    dependencies_per_claim_max: limits.dependenciesPerClaim,
    fingerprints_per_agent_max: limits.fingerprintsPerAgent,
    held_claims_max: limits.heldClaims,
  };
  return { ...rules, ...signatureMembers(settings.signatures) };
}

function signatureMembers(signatures: SignatureRules | undefined): Profile {
  if (signatures === undefined) return {};
  const required = signatures.required ? { [SIGNATURES_REQUIRED]: true } : {};
  return { ...required, ...keyMembers(signatures.keys) };
}

/** The settings that a profile was made of: for who computes a report again. What is missing has its default. */
export function settingsOfProfile(profile: Profile): ProfileSettings {
  const number = (name: keyof typeof FLAGS, otherwise: number) =>
    typeof profile[name] === "number" ? profile[name] : otherwise;
  const barLength = number("bar_length", 1);
  const signatures = { keys: keysOf(profile), required: profile[SIGNATURES_REQUIRED] === true };
  return {
    clusterId: String(profile.cluster_id),
    barLength,
    leadBeats: number("lead_beats", barLength),
    leapBeats: number("leap_beats", defaultLeapBeats(barLength)),
    rotationRequired: profile.rotation_required === true,
    readingMode: profile.strict === true ? "strict" : "lenient",
    bodyBytesMax: number("body_bytes_max", BODY_BYTES_MAX),
    ...(signatures.keys.length > 0 || signatures.required ? { signatures } : {}),
    limits: {
      agentsPerWindow: number("agents_per_window_max", DEFAULT_LIMITS.agentsPerWindow),
      tasksPerAgent: number("tasks_per_agent_max", DEFAULT_LIMITS.tasksPerAgent),
      dependenciesPerClaim: number("dependencies_per_claim_max", DEFAULT_LIMITS.dependenciesPerClaim),
      fingerprintsPerAgent: number("fingerprints_per_agent_max", DEFAULT_LIMITS.fingerprintsPerAgent),
      heldClaims: number("held_claims_max", DEFAULT_LIMITS.heldClaims),
    },
  };
}

/** A sentence for each value that differs; empty where none does. */
export function profileDifferences(theirs: Profile, ours: Profile): readonly string[] {
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  const other = names.filter((name) => theirs[name] !== ours[name]);
  const told = other
    .slice(0, DIFFERENCES_TOLD_MAX)
    .map(
      (name) => `${flagOf(name)} is ${shown(ours[name])} here and ${shown(theirs[name])} in the last report`,
    );
  const rest = other.length - told.length;
  return rest > 0 ? [...told, `and ${rest} more`] : told;
}

function flagOf(name: string): string {
  if (isKeyMember(name)) return `${name} of --keys`;
  if (name === SIGNATURES_REQUIRED) return "--require-signatures";
  return (FLAGS as Readonly<Record<string, string>>)[name] ?? name;
}

function shown(value: string | number | boolean | undefined): string {
  if (value === undefined) return "not known";
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}
