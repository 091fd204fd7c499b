/**
 * THE table of commands. Their options are not here: they are rows of runtime/settings/, so that flags,
 * environment, file, help and documentation cannot disagree.
 */
import { COMMAND_NAMES, type CommandName } from "../runtime/settings/setting.ts";
import type { CommandEntry } from "./command.ts";

type Entries = { readonly [Name in CommandName]: CommandEntry<Name> };

const ENTRIES: Entries = {
  up: {
    name: "up",
    summary: "A whole house on this machine: NATS, pulse, reverb and sample agents",
    about:
      "Starts what is missing and shows where to look. For trying and developing: fast beats, short bars, nothing kept but the data directory. Ctrl-C stops everything.",
    examples: [
      { line: "backbeat up", does: "a dozen sample agents at 60 beats a minute, a report every 8 beats" },
      { line: "backbeat up --agents 0 --tempo 120", does: "no agents of ours: bring your own" },
      { line: "backbeat up --nats nats://10.0.0.5:4222", does: "on a NATS server that runs already" },
    ],
    load: () => import("./up.ts"),
  },
  reverb: {
    name: "reverb",
    summary: "Groups agents' status claims by bar and publishes one report per bar",
    about:
      "Runs until SIGINT or SIGTERM, then stops within 5 seconds. Answers HTTP: /health, /ready, /metrics, /api/v1, /openapi.json. A bar that is open at the end is not reported. Exit code 75: another reverb runs with the same node id and began earlier.",
    examples: [
      {
        line: "backbeat reverb --cluster prod --nats nats://10.0.0.5:4222",
        does: "reverb of the cluster prod",
      },
      {
        line: "BACKBEAT_ENV=production backbeat reverb --config reverb.json",
        does: "settings from a file, JSON logs",
      },
      { line: "backbeat reverb -cluster prod -bar-length=240", does: "single dashes work too" },
    ],
    load: () => import("./reverb.ts"),
  },
  pulse: {
    name: "pulse",
    summary: "Publishes the beats of a cluster",
    about:
      "One beat frame per beat, never early, and beats go on where they stopped: the timeline is kept in the data directory and in NATS, and wins over --tempo and --bar-length. Several pulses of a cluster keep one beat: none of their deaths costs one. Runs until SIGINT or SIGTERM. Exit code 75: another pulse runs with the same node id and began earlier.",
    examples: [
      {
        line: "backbeat pulse --cluster prod --nats nats://10.0.0.5:4222",
        does: "2 beats a minute, 120 beats a bar",
      },
      {
        line: "backbeat pulse --tempo 12 --bar-length 60 --data-dir /var/lib/backbeat",
        does: "a new timeline",
      },
    ],
    load: () => import("./pulse.ts"),
  },
  tempo: {
    name: "tempo",
    summary: "Shows the tempo, or changes it from the next downbeat on",
    about:
      "Asks a pulse over HTTP. At most 10 % up or down at once, below 10 beats a minute also one whole beat; more with --override. Only the pulse that leads may: another says which does. Ends with 0 when it was shown or changed, 1 when not, 2 when wrongly called.",
    operands: { name: "<bpm>", min: 0, max: 1, setting: "wantedTempoBpm" },
    examples: [
      { line: "backbeat tempo", does: "the tempo, and a change that is announced" },
      { line: "backbeat tempo 3", does: "3 beats a minute from the next downbeat on" },
      {
        line: "backbeat tempo 12 --override --pulse-http 10.0.0.5:8081",
        does: "whatever it is now, at a pulse elsewhere",
      },
    ],
    load: () => import("./tempo.ts"),
  },
  claim: {
    name: "claim",
    summary: "Sends one status claim, from a shell or a script",
    about:
      "Asks for the current beat, claims, and ends when the server has the claim: 0 sent, 1 not sent, 2 wrongly called. Says nothing on stdout unless asked to.",
    operands: { name: "<state>", min: 0, max: 1, setting: "state" },
    examples: [
      { line: "backbeat claim executing --agent ci:build-7 --progress 0.4", does: "under way" },
      { line: "backbeat claim completed --agent ci:build-7 --task deploy", does: "a task is done" },
      {
        line: "backbeat claim blocked --agent a:1 --depends-on b:1,c:1",
        does: "waiting for two others",
      },
      {
        line: "backbeat claim executing --agent worker:1 --sign-key worker-1.k1.pem",
        does: "signed, where reverb has the agent's key",
      },
      {
        line: "backbeat claim idle --agent cron:nightly --next-beat 2880 --json",
        does: "silent until that beat; the claim is printed",
      },
    ],
    load: () => import("./claim.ts"),
  },
  exec: {
    name: "exec",
    summary: "Runs a command and claims for it while it runs",
    about:
      "Claims `executing` at each beat, at the end `completed` or `failed`, and ends with the command's exit code: 128 + n after a signal, 127 not found, 126 not executable, 124 over budget. Without NATS the command runs all the same, and one line says that it was not reported. Input, output and signals are passed on.",
    operands: { name: "<command>", min: 1, max: Number.POSITIVE_INFINITY, passThrough: true },
    examples: [
      { line: "backbeat exec --agent ci:tests -- npm test", does: "a test run that the fleet can see" },
      {
        line: "backbeat exec --progress-pattern '(\\d+)%' -- rsync -a --info=progress2 src/ dst/",
        does: "progress from the command's own output",
      },
      { line: "backbeat exec --expect 10m -- make release", does: "progress from the clock" },
      { line: "backbeat exec --task nightly --budget 10 -- ./backup.sh", does: "ten beats at most" },
    ],
    load: () => import("./exec.ts"),
  },
  watch: {
    name: "watch",
    summary: "Shows beats and reports as they come",
    about:
      "Only listens. Beats and reports go to stdout, what is said about them to stderr: beats that were lost, a pulse that fell silent, messages that could not be read. Ends with Ctrl-C, or after --beats or --reports.",
    examples: [
      { line: "backbeat watch", does: "what the cluster local does" },
      { line: "backbeat watch --no-beats --reports 1", does: "the next report, then the end" },
      { line: "backbeat watch --cluster prod --json", does: "one JSON object a line, for programs" },
    ],
    load: () => import("./watch.ts"),
  },
  reports: {
    name: "reports",
    summary: "Shows the reports that are stored, newest first",
    about:
      "Reads the report stream of a cluster; reverb need not run. Without a window a line per report, with one the whole report and its headers. Ends with 0, or 1 where there is no such report or no report stream.",
    operands: { name: "<window>", min: 0, max: 1, setting: "windowPrefix" },
    examples: [
      { line: "backbeat reports", does: "the last ten reports of the cluster local" },
      {
        line: "backbeat reports 3f9a",
        does: "one report in full: the first digits of its window are enough",
      },
      { line: "backbeat reports --cluster prod --last 1000 --json", does: "one JSON object a line" },
    ],
    load: () => import("./reports.ts"),
  },
  replay: {
    name: "replay",
    summary: "Computes stored reports again from the journal and compares the bytes",
    about:
      "A report says where in the journal its computation began, and its chain by which rules, so no settings are needed. Prints what comes out and whether it is what is stored. Ends with 0 when all are identical, with 1 when one differs or the journal no longer holds what it was computed from.",
    operands: { name: "<window>", min: 0, max: 1, setting: "windowPrefix" },
    examples: [
      { line: "backbeat replay 3f9a", does: "the report of that window, computed again" },
      { line: "backbeat replay --last 20", does: "the last twenty" },
    ],
    load: () => import("./replay.ts"),
  },
  verify: {
    name: "verify",
    summary: "Checks that the whole history of reports is as it was written",
    about:
      "Walks every stored report: its hash, the hash of the one before, its chain, its place, its form. One changed byte is found. With --replay each report is also computed again, as far back as the journal reaches. Ends with 0 when the history is whole, with 1 and a line for each fault when it is not.",
    examples: [
      { line: "backbeat verify", does: "the history of the cluster local" },
      {
        line: "backbeat verify --replay --cluster prod",
        does: "and every report that can be computed again",
      },
      { line: "backbeat verify --json", does: "one JSON object for each fault, and one for the sum" },
    ],
    load: () => import("./verify.ts"),
  },
  journal: {
    name: "journal",
    summary: "Says whether the journal is whole, and leads out where it is not",
    about:
      "status shows both streams, what the open bar needs and by which rules reports are computed; it changes nothing and ends with 0 when the journal is whole, else with 1. adopt is for a journal that was deleted, made again, purged or cut: a new chain of reports begins with what it holds now. Its first bar is partial, no bar is reported twice, and running replicas go on by themselves.",
    operands: { name: "<action>", min: 0, max: 1, setting: "journalAction" },
    examples: [
      { line: "backbeat journal status", does: "is it whole, and if not, what to do" },
      { line: "backbeat journal adopt", does: "asks before it changes anything" },
      { line: "backbeat journal adopt --cluster prod --yes", does: "for scripts: does not ask" },
    ],
    load: () => import("./journal.ts"),
  },
  doctor: {
    name: "doctor",
    summary: "Looks at a NATS server: what it is like for BACKBEAT, and what to do",
    about:
      "Version, JetStream and its limits, clock, permissions, the two streams, other streams that take or lose reports, and what may be promised. Changes nothing: the clock is read with a stream in memory that is removed again. Ends with 0 when there is no problem, 1 when there is one, 2 when wrongly called.",
    examples: [
      { line: "backbeat doctor --nats nats://10.0.0.5:4222", does: "before the first start there" },
      {
        line: "backbeat doctor --cluster prod --nats-monitor http://10.0.0.5:8222",
        does: "asks the server also whether it syncs before it acknowledges",
      },
      { line: "backbeat doctor --json", does: "a JSON object for each finding, then the sum" },
    ],
    load: () => import("./doctor.ts"),
  },
  "nats-config": {
    name: "nats-config",
    summary: "Writes a nats-server configuration with least rights for each agent",
    about:
      "For nats-server 2.9.10 and newer. A user for each agent, and one each for reverb, pulses and people who look: each may publish and hear what it needs, and nothing else. Secrets are made here and go to files that only you can read; those that are there are kept, so that agents can be added. --nats says where the server will listen, --journal off leaves JetStream out. Connects nowhere. docs/security.md says who may what, and what NATS cannot enforce.",
    examples: [
      {
        line: "backbeat nats-config --cluster prod --agents ci:build,ci:tests --out ./nats",
        does: "server.conf, and for each user a key and a file of variables",
      },
      {
        line: "backbeat nats-config --agents-file agents.txt --auth password --out ./nats",
        does: "an agent a line, with passwords",
      },
      {
        line: "(set -a; . ./nats/ci+build.env; backbeat claim executing)",
        does: "as one of these agents",
      },
    ],
    load: () => import("./nats-config.ts"),
  },
  validate: {
    name: "validate",
    summary: "Checks messages against the schemas, for CI",
    about:
      "Reads files of JSON or JSON Lines, directories of them, or stdin with -, and says what does not fit and why. Ends with 0 when all fit, 1 when a message does not, 2 when a file cannot be read or holds none.",
    operands: { name: "<path>", min: 1, max: Number.POSITIVE_INFINITY },
    examples: [
      { line: "backbeat validate claim.json frame.json", does: "which message it is is read from its type" },
      { line: "backbeat validate --strict --json -", does: "stdin, to the letter, the result as JSON" },
    ],
    load: async () => {
      const { runValidate } = await import("./validate.ts");
      return { run: (settings, context) => runValidate(context.operands, settings, context) };
    },
  },
  keys: {
    name: "keys",
    summary: "Makes keys for signed claims, and shows how long they are good",
    about:
      "new makes an Ed25519 key for an agent, or for all agents whose ids begin alike: the private half goes into a file that only its owner can read, and is never shown; the public half is added to the file that reverb reads with --keys, or printed. list shows a file: whose, which, from when until when, and whether it is good now; it ends with 1 where an agent has no key that is. Both end with 2 when wrongly called. Make the next key before the last one ends, with times that overlap: then nothing is refused in between.",
    operands: { name: "<action> [<file>]", min: 0, max: 2, setting: "keysAction" },
    examples: [
      {
        line: "backbeat keys new --agent worker:1 --keys keys.json",
        does: "good for 90 days from now; the private key in worker-1.<key id>.pem",
      },
      {
        line: "backbeat keys new --agent 'worker:*' --not-before 2026-06-01 --days 120 --keys keys.json",
        does: "the next one of a whole fleet, ahead of time",
      },
      { line: "backbeat keys list keys.json", does: "which are good, which end soon" },
      {
        line: "backbeat reverb --keys keys.json --require-signatures",
        does: "takes signed claims only",
      },
    ],
    load: () => import("./keys.ts"),
  },
  sim: {
    name: "sim",
    summary: "Simulated agents that claim as agents do",
    about:
      "A fleet over one connection: agents plan, execute, review, help, wait for each other, fall silent and sometimes fail. The same seed and the same beats, the same claims. On a terminal a row per beat; at the end what became of every claim. Ends with Ctrl-C, or after --beats.",
    examples: [
      { line: "backbeat sim --agents 1000", does: "a thousand agents on the cluster local" },
      {
        line: "backbeat sim --seed 7 --wait-rate 0.5 --cluster test",
        does: "the same ten lives, full of standoffs",
      },
      { line: "backbeat sim --beats 100 --log claims.jsonl", does: "what was sent, to hold reports against" },
    ],
    load: () => import("./sim.ts"),
  },
};

/** All commands in the order of the help. */
export const COMMANDS: readonly CommandEntry<CommandName>[] = COMMAND_NAMES.map(
  // An entry runs with the settings of its own name only; dispatch.ts reads exactly those.
  (name) => ENTRIES[name] as unknown as CommandEntry<CommandName>,
);
