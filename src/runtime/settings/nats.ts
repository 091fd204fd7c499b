/** How NATS is reached, and the subjects of a cluster. */
import { list, onOff, path, text } from "./kinds.ts";
import { optional, setting } from "./setting.ts";

/** Commands that look at what is stored. */
const HISTORY = ["reports", "replay", "verify", "journal", "doctor"] as const;
const CONNECTED = ["up", "reverb", "pulse", "claim", "exec", "watch", ...HISTORY, "sim"] as const;
/** Who must know where things are, connected or not. */
const NAMING = [...CONNECTED, "nats-config"] as const;
/** Who sees the subjects that only reverb uses. */
const KEEPERS = ["up", "reverb", "watch", ...HISTORY, "nats-config"] as const;
/** And those that only pulses use. */
const PULSES = ["up", "pulse", "nats-config"] as const;

/** A subject without wildcards: tokens between dots, no blanks. */
const SUBJECT = text("<subject>", "a NATS subject without wildcards and blanks", /^[^\s*>.]+(\.[^\s*>.]+)*$/);

/** Same pattern as `cluster_id` on the wire. */
const CLUSTER = text("<id>", "1 to 64 letters, digits, _ or -", /^[a-zA-Z0-9_-]{1,64}$/);

export const NATS_SETTINGS = {
  clusterId: setting({
    flag: "cluster",
    group: "NATS",
    kind: CLUSTER,
    default: "local",
    doc: "Cluster: one tempo domain; part of every subject",
    commands: NAMING,
  }),
  natsServers: optional({
    flag: "nats",
    group: "NATS",
    kind: text("<addresses>", "a comma list of addresses such as nats://127.0.0.1:4222"),
    doc: "NATS servers, a comma list; nats:// or tls://, user:pass@ or token@ may stand before the host",
    defaultText: "the server that `backbeat up` keeps in the data directory, else nats://127.0.0.1:4222",
    commands: NAMING,
    secret: "address",
  }),
  natsIgnoreDiscovered: setting({
    flag: "nats-ignore-discovered",
    group: "NATS",
    kind: onOff,
    default: false,
    doc: "Keep to the servers of --nats, also where a cluster names more; for clusters whose addresses cannot be reached from here",
    commands: CONNECTED,
  }),
  natsCredsFile: optional({
    flag: "nats-creds",
    group: "NATS",
    kind: path("<file>"),
    doc: "Credentials file (.creds): a user JWT and its seed",
    commands: CONNECTED,
  }),
  natsNkeyFile: optional({
    flag: "nats-nkey",
    group: "NATS",
    kind: path("<file>"),
    doc: "File that holds an nkey user seed",
    commands: CONNECTED,
  }),
  natsTlsCaFile: optional({
    flag: "nats-tls-ca",
    group: "NATS",
    kind: path("<file>"),
    doc: "PEM file of the authorities that sign the server; makes TLS a must",
    commands: CONNECTED,
  }),
  natsTlsCertFile: optional({
    flag: "nats-tls-cert",
    group: "NATS",
    kind: path("<file>"),
    doc: "PEM file of our client certificate; needs --nats-tls-key",
    commands: CONNECTED,
  }),
  natsTlsKeyFile: optional({
    flag: "nats-tls-key",
    group: "NATS",
    kind: path("<file>"),
    doc: "PEM file of its private key; needs --nats-tls-cert",
    commands: CONNECTED,
  }),
  natsInboxPrefix: optional({
    flag: "nats-inbox-prefix",
    group: "NATS",
    kind: SUBJECT,
    doc: "What subjects for answers begin with, where this user may subscribe to its own only",
    defaultText: "_INBOX",
    commands: CONNECTED,
  }),
  jsDomain: optional({
    flag: "js-domain",
    group: "NATS",
    kind: text("<name>", "a JetStream domain: a name without dots, wildcards and blanks", /^[^\s.*>]+$/),
    doc: "JetStream domain that keeps the journal, where it is not that of the server: a hub's behind a leafnode",
    defaultText: "the JetStream of the server",
    commands: NAMING,
  }),
  jsApiPrefix: optional({
    flag: "js-api-prefix",
    group: "NATS",
    kind: text(
      "<subject>",
      "a NATS subject without wildcards and blanks, such as JS.hub.API",
      /^[^\s*>.]+(\.[^\s*>.]+)*$/,
    ),
    doc: "What subjects of the JetStream API begin with, where this account imports it from another; not beside --js-domain",
    defaultText: "$JS.API",
    commands: NAMING,
  }),
  natsServerBinary: optional({
    flag: "nats-server",
    group: "NATS",
    kind: path("<file>"),
    doc: "The nats-server program to start",
    defaultText: "looked for on the PATH, then in the usual places",
    commands: ["up"],
  }),
  natsMonitors: optional({
    flag: "nats-monitor",
    group: "NATS",
    // Credentials would stand in logs, and fetch refuses them.
    kind: list(
      "<urls>",
      "monitoring addresses such as http://127.0.0.1:8222",
      /^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/i,
    ),
    doc: "Where the servers answer /varz, a comma list: asked whether they sync before they acknowledge",
    commands: ["reverb", "doctor"],
  }),
  subjectBeat: optional({
    flag: "subject-beat",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject of beat frames",
    defaultText: "backbeat.{cluster}.beat",
    commands: NAMING,
  }),
  subjectStatus: optional({
    flag: "subject-status",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject of status claims",
    defaultText: "backbeat.{cluster}.status",
    commands: NAMING,
  }),
  subjectReverb: optional({
    flag: "subject-reverb",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject of bar reports",
    defaultText: "backbeat.{cluster}.reverb",
    commands: NAMING,
  }),
  subjectNow: optional({
    flag: "subject-now",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject on which a pulse answers with the newest frame",
    defaultText: "backbeat.{cluster}.now",
    commands: NAMING,
  }),
  subjectPulse: optional({
    flag: "subject-pulse",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject on which pulses tell each other that they are there",
    defaultText: "backbeat.{cluster}.pulse",
    commands: PULSES,
  }),
  subjectLease: optional({
    flag: "subject-lease",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject on which pulses keep their lease, in a stream of its own",
    defaultText: "backbeat.{cluster}.pulse.lease",
    commands: PULSES,
  }),
  subjectTick: optional({
    flag: "subject-tick",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject on which replicas of reverb say that a bar's grace is over",
    defaultText: "backbeat.{cluster}.tick",
    commands: KEEPERS,
  }),
  subjectCommit: optional({
    flag: "subject-commit",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject on which reports are committed to their stream",
    defaultText: "backbeat.{cluster}.report.commit",
    commands: KEEPERS,
  }),
  subjectChain: optional({
    flag: "subject-chain",
    group: "Subjects",
    kind: SUBJECT,
    doc: "Subject of chain records, beside the reports",
    defaultText: "backbeat.{cluster}.report.chain",
    commands: KEEPERS,
  }),
} as const;
