/** What `backbeat journal` says, for eyes and for programs. Pure. */
import { type LostHistory, type Profile, profileHashOf } from "../../contracts/chain-record.ts";
import { isKeyMember } from "../../contracts/claim-key.ts";
import type { JournalAnswer } from "../../nats/doctor/try-journal.ts";
import type { StreamDetails } from "../../nats/found-streams.ts";
import type { ChainHead } from "../../ports.ts";
import type { JournalExam } from "../../reverb/examine-journal.ts";
import { lostText } from "../../reverb/lost-history.ts";
import { durationText } from "../duration.ts";
import type { Paint } from "../paint.ts";
import { countOf, countText, plain } from "../plain.ts";
import { aligned, timestamp } from "./report-table.ts";

export interface JournalStatus {
  readonly exam: JournalExam;
  /** What a replica knows, where its data directory is at hand. */
  readonly head: ChainHead | undefined;
  /** Whether the journal takes entries; undefined where it is not there. */
  readonly takes: JournalAnswer | undefined;
  readonly journal: StreamDetails | undefined;
  readonly reports: StreamDetails | undefined;
  readonly nowMs: number;
}

const BYTE_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** Without ends of line. */
export function statusLines(status: JournalStatus, paint: Paint): readonly string[] {
  const { exam } = status;
  const { chain } = exam;
  return [
    paint.strong("journal"),
    ...streamLines(status.journal, status.nowMs),
    paint.strong("reports"),
    ...streamLines(status.reports, status.nowMs),
    ...(chain === undefined
      ? ["no chain of reports was begun yet"]
      : [
          paint.strong(`chain ${chain.id}`),
          ...aligned([
            [
              "begun",
              `${plain(chain.record.made_at, 40)} by ${plain(chain.record.node, 80)}, ${chain.record.reason}`,
            ],
            [
              "from entry",
              `${chain.record.from.seq}${chain.record.partial ? ", the first bar partial" : ""}`,
            ],
            ...lostRows(chain.record.lost),
            ["profile", profileHashOf(chain.record.profile)],
            ...profileRows(chain.record.profile),
          ]),
        ]),
    ...needLines(exam),
    headLine(status.head),
    ...takesLines(status.takes, paint),
    ...verdictLines(status, paint),
  ];
}

/** Nothing of one that takes entries: whether it is whole is what is asked. */
function takesLines(takes: JournalAnswer | undefined, paint: Paint): readonly string[] {
  if (takes?.kind === "refused") return [paint.bad(`it takes no entries: ${plain(takes.words, 2_000)}`)];
  if (takes?.kind === "silent")
    return [
      paint.bad(`it acknowledges nothing (${plain(takes.why, 500)}): \`backbeat doctor\` looks further`),
    ];
  return takes?.kind === "forbidden"
    ? ["whether it takes entries was not tried: `backbeat doctor` does"]
    : [];
}

/** Member names of the JSON that `status --json` writes. */
export function statusObject({ exam, head, journal, nowMs, reports, takes }: JournalStatus): object {
  const { chain, fault, lastReport, loss } = exam;
  return {
    whole: fault === undefined && chain !== undefined,
    takes_entries: takes === undefined || takes.kind === "forbidden" ? null : takes.kind === "stored",
    fault: fault === undefined ? null : { kind: fault.kind, text: fault.text },
    lost: loss?.lost ?? null,
    known_head:
      head === undefined ? null : { record_seq: head.record.seq, entry_seq: head.entry?.seq ?? null },
    needed_from_seq: neededSeqOf(exam) ?? null,
    journal: journal === undefined ? null : streamObject(journal, nowMs),
    reports: reports === undefined ? null : streamObject(reports, nowMs),
    last_report:
      lastReport === undefined ? null : { seq: lastReport.seq, last_journal_seq: lastReport.facts.lastSeq },
    chain:
      chain === undefined
        ? null
        : { id: chain.id, profile_hash: profileHashOf(chain.record.profile), ...chain.record },
  };
}

/** What went before it and is gone. */
function lostRows(lost: LostHistory | undefined): readonly (readonly [string, string])[] {
  const text = lostText(lost);
  return text === "" ? [] : [["gone before", text]];
}

function headLine(head: ChainHead | undefined): string {
  return head === undefined
    ? "compared with no replica's data directory (--data-dir): an older copy of the streams would look whole"
    : `compared with what the replica of --data-dir knows: record ${head.record.seq}${head.entry === undefined ? "" : `, entry ${head.entry.seq}`}`;
}

/** The first entry that the open bar needs; undefined before there is a chain. */
function neededSeqOf({ chain, lastReport }: JournalExam): number | undefined {
  return lastReport !== undefined && lastReport.facts.chain === chain?.id
    ? lastReport.facts.replayFrom.seq
    : chain?.record.from.seq;
}

/** Keys are counted: there may be thousands, and `--json` has them all. */
function profileRows(profile: Profile): readonly (readonly [string, string])[] {
  const rules = Object.entries(profile).filter(([name]) => !isKeyMember(name));
  const keys = Object.keys(profile).length - rules.length;
  return [
    ...rules.map(([name, value]) => [`  ${plain(name, 40)}`, plain(String(value), 80)] as const),
    ...(keys === 0 ? [] : [["  keys", countText(keys)] as const]),
  ];
}

function needLines(exam: JournalExam): readonly string[] {
  const needed = neededSeqOf(exam);
  if (needed === undefined) return [];
  const entries = exam.journal === undefined ? 0 : Math.max(0, exam.journal.lastSeq - needed + 1);
  return [`the open bar needs the journal from entry ${needed} on, ${countOf(entries, "entry", "entries")}`];
}

function verdictLines({ exam, takes }: JournalStatus, paint: Paint): readonly string[] {
  const { chain, fault, loss } = exam;
  if (fault !== undefined) {
    const next =
      chain === undefined && loss === undefined
        ? []
        : [
            ...(loss === undefined
              ? []
              : [`gone unless the newer store is put back: ${lostText(loss.lost)}`]),
            "no bar is closed any more; `backbeat journal adopt` begins a new chain with what the journal holds now",
          ];
    return [paint.bad(`broken: ${plain(fault.text, 2_000)}`), ...next];
  }
  if (chain === undefined)
    return [paint.warn("nothing is reported yet: start `backbeat reverb`, it begins by itself")];
  if (takes?.kind === "refused" || takes?.kind === "silent") return ["what it holds is whole"];
  return [paint.good("whole: nothing to do")];
}

function streamLines(stream: StreamDetails | undefined, nowMs: number): readonly string[] {
  if (stream === undefined) return ["  is not there"];
  const { ageMaxMs, bytes, bytesMax, firstSeq, lastSeq, messages, oldestMs, replicas } = stream;
  const limits = [
    ageMaxMs === undefined ? "" : durationText(ageMaxMs),
    bytesMax === undefined ? "" : bytesText(bytesMax),
  ].filter((limit) => limit !== "");
  return aligned([
    ["stream", stream.name],
    ["holds", `${countOf(messages, "message")}, ${bytesText(bytes)}`],
    ["sequences", messages === 0 ? `none, the next is ${lastSeq + 1}` : `${firstSeq} to ${lastSeq}`],
    ...(oldestMs === undefined
      ? []
      : [["oldest", `${timestamp(oldestMs)}, ${durationText(nowMs - oldestMs)} ago`] as const]),
    ["keeps", limits.length === 0 ? "everything" : `at most ${limits.join(", ")}`],
    ["servers", countText(replicas)],
  ]);
}

function streamObject(stream: StreamDetails, nowMs: number): object {
  const { ageMaxMs, bytesMax, oldestMs } = stream;
  return {
    name: stream.name,
    messages: stream.messages,
    bytes: stream.bytes,
    first_seq: stream.firstSeq,
    last_seq: stream.lastSeq,
    oldest_age_seconds: oldestMs === undefined ? null : Math.max(0, Math.round((nowMs - oldestMs) / 1_000)),
    max_age_seconds: ageMaxMs === undefined ? null : ageMaxMs / 1_000,
    max_bytes: bytesMax ?? null,
    replicas: stream.replicas,
  };
}

/** `1.5 MiB`. */
function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1_024 && unit < BYTE_UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? countText(value) : Math.round(value * 10) / 10} ${BYTE_UNITS[unit]}`;
}
