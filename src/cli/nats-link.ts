/** From settings to a bus: where NATS is, who we are there, and what to call each subject. */
import { type Subjects, subjectsOf } from "../contracts/subjects.ts";
import { BackbeatError } from "../errors.ts";
import { parseServers } from "../nats/address.ts";
import { NatsBus } from "../nats/bus.ts";
import type { NatsSettings } from "../nats/connect.ts";
import { findNatsUrl } from "../nats/find-nats.ts";
import type { Log } from "../ports.ts";
import { envOf } from "../runtime/settings/setting.ts";
import { SETTINGS, type SettingsOf } from "../runtime/settings/table.ts";

/** The settings that every connected command has. */
export type LinkSettings = Pick<
  SettingsOf<"reverb">,
  | "clusterId"
  | "dataDir"
  | "natsServers"
  | "natsIgnoreDiscovered"
  | "natsCredsFile"
  | "natsNkeyFile"
  | "natsTlsCaFile"
  | "natsTlsCertFile"
  | "natsTlsKeyFile"
  | "natsInboxPrefix"
  | "jsDomain"
  | "jsApiPrefix"
  | "subjectBeat"
  | "subjectStatus"
  | "subjectReverb"
  | "subjectNow"
> &
  Partial<Pick<SettingsOf<"reverb">, "subjectTick" | "subjectCommit" | "subjectChain">> &
  Partial<Pick<SettingsOf<"pulse">, "subjectPulse" | "subjectLease">>;

/**
 * A bus that connects by itself, under a name that the server lists.
 * @throws BackbeatError `bad-config` where an address cannot be read
 */
export function openBus(
  settings: LinkSettings,
  options: { readonly name: string; readonly log: Log },
): NatsBus {
  return new NatsBus(natsSettingsOf(settings, options.name), options.log);
}

/** The settings that name subjects. */
type SubjectSettings = Pick<LinkSettings, "clusterId" | Extract<keyof LinkSettings, `subject${string}`>>;

/** The subjects of the cluster, as the operator named them. */
export function subjectsFor(settings: SubjectSettings): Subjects {
  const { subjectBeat, subjectStatus, subjectReverb, subjectNow } = settings;
  const { subjectTick, subjectCommit, subjectChain, subjectPulse, subjectLease } = settings;
  return subjectsOf(settings.clusterId, {
    ...(subjectBeat === undefined ? {} : { beat: subjectBeat }),
    ...(subjectStatus === undefined ? {} : { status: subjectStatus }),
    ...(subjectReverb === undefined ? {} : { reverb: subjectReverb }),
    ...(subjectNow === undefined ? {} : { now: subjectNow }),
    ...(subjectPulse === undefined ? {} : { pulse: subjectPulse }),
    ...(subjectLease === undefined ? {} : { lease: subjectLease }),
    ...(subjectTick === undefined ? {} : { tick: subjectTick }),
    ...(subjectCommit === undefined ? {} : { commit: subjectCommit }),
    ...(subjectChain === undefined ? {} : { chain: subjectChain }),
  });
}

/** How NATS is reached. @throws BackbeatError `bad-config` where an address cannot be read */
export function natsSettingsOf(settings: LinkSettings, name: string): NatsSettings {
  const { dataDir, natsServers: explicit } = settings;
  const found = findNatsUrl(explicit === undefined ? { dataDir } : { dataDir, explicit });
  const parsed = parseServers(found.url);
  if ("faults" in parsed)
    throw new BackbeatError("bad-config", `Cannot use the NATS address: ${parsed.faults.join("; ")}`);
  const { natsCredsFile, natsNkeyFile, natsTlsCaFile, natsTlsCertFile, natsTlsKeyFile } = settings;
  const { jsApiPrefix, jsDomain, natsInboxPrefix } = settings;
  const tls = {
    ...(natsTlsCaFile === undefined ? {} : { caFile: natsTlsCaFile }),
    ...(natsTlsCertFile === undefined ? {} : { certFile: natsTlsCertFile }),
    ...(natsTlsKeyFile === undefined ? {} : { keyFile: natsTlsKeyFile }),
  };
  return {
    servers: parsed.servers,
    name,
    ignoreDiscovered: settings.natsIgnoreDiscovered,
    ...(natsCredsFile === undefined ? {} : { credsFile: natsCredsFile }),
    ...(natsNkeyFile === undefined ? {} : { nkeyFile: natsNkeyFile }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(natsInboxPrefix === undefined ? {} : { inboxPrefix: natsInboxPrefix }),
    jsApiPrefix,
    jsDomain,
  };
}

const LINK_SETTINGS: readonly (keyof LinkSettings)[] = [
  "clusterId",
  "dataDir",
  "natsServers",
  "natsIgnoreDiscovered",
  "natsCredsFile",
  "natsNkeyFile",
  "natsTlsCaFile",
  "natsTlsCertFile",
  "natsTlsKeyFile",
  "natsInboxPrefix",
  "jsDomain",
  "jsApiPrefix",
  "subjectBeat",
  "subjectStatus",
  "subjectReverb",
  "subjectNow",
];

/** The same settings for a process of ours: by environment, for other users of a machine can read its flags. */
export function linkEnvironment(settings: LinkSettings): Record<string, string> {
  const given = LINK_SETTINGS.filter((name) => settings[name] !== undefined);
  return Object.fromEntries(given.map((name) => [envOf(SETTINGS[name].flag), String(settings[name])]));
}
