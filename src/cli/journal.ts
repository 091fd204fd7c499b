/** `backbeat journal`: is it whole, and the way out where it is not. A thin shell around reverb/adopt-journal.ts. */
import { hostname } from "node:os";
import { createInterface } from "node:readline/promises";
import { BackbeatError } from "../errors.ts";
import { tryJournalOpenly } from "../nats/doctor/try-journal.ts";
import { JetStreamApi } from "../nats/jetstream-api.ts";
import { openStreams } from "../nats/streams.ts";
import type { ChainHead } from "../ports.ts";
import { type Adoption, adoptJournal, nothingToAdopt } from "../reverb/adopt-journal.ts";
import { examineJournal } from "../reverb/examine-journal.ts";
import { lostText } from "../reverb/lost-history.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";
import { headIn } from "./history/chain-head.ts";
import { statusLines, statusObject } from "./history/journal-lines.ts";
import { jsonText } from "./history/json.ts";
import { type History, withHistory } from "./history/with-history.ts";
import { paintFor } from "./paint.ts";
import { streamPlansOf } from "./stream-settings.ts";

const WHOLE = 0;
const ADOPTED = 0;
const BROKEN = 1;
const NOTHING_DONE = 1;

export const run: Run<"journal"> = async (settings, context) => {
  const isAdopting = settings.journalAction === "adopt";
  if (isAdopting) requireConsent(settings, context);
  const head = await headIn(settings);
  const action = isAdopting ? "adopt the journal" : "look at the journal";
  // Whoever knows what was stored can tell, and give up, that all of it is gone.
  const options = { name: "journal", action, context, reportsMayBeGone: head !== undefined };
  return withHistory(settings, options, (history) =>
    isAdopting ? adopt(settings, { history, head, context }) : show(settings, { history, head, context }),
  );
};

async function show(settings: SettingsOf<"journal">, { context, head, history }: Looking): Promise<number> {
  const exam = await examineJournal({ ...history, head });
  const takes =
    exam.journal && (await tryJournalOpenly(new JetStreamApi(history.bus), history.subjects.tick));
  const status = { exam, head, takes, ...(await history.details()), nowMs: history.clock.wallMs() };
  const paint = paintFor(context.colour.stdout);
  const lines = settings.json ? [jsonText(statusObject(status))] : statusLines(status, paint);
  for (const line of lines) context.stdout.write(`${line}\n`);
  const isStuck = takes?.kind === "refused" || takes?.kind === "silent";
  return exam.fault === undefined && exam.chain !== undefined && !isStuck ? WHOLE : BROKEN;
}

/** Before anything is connected. @throws BackbeatError `bad-config` where nobody can be asked */
function requireConsent({ yes }: SettingsOf<"journal">, { stdin }: CommandContext): void {
  if (yes || (stdin as { readonly isTTY?: boolean }).isTTY === true) return;
  throw new BackbeatError(
    "bad-config",
    "Cannot adopt the journal unasked: stdin is no terminal on which it could be confirmed; type `backbeat journal adopt --yes`, with the same --cluster and --nats",
  );
}

interface Looking {
  readonly history: History;
  readonly head: ChainHead | undefined;
  readonly context: CommandContext;
}

async function adopt(settings: SettingsOf<"journal">, { context, head, history }: Looking): Promise<number> {
  const exam = await examineJournal({ ...history, head });
  const { force } = settings;
  const nothing = nothingToAdopt(exam, force);
  if (nothing !== undefined) return tell({ kind: "nothing", why: nothing }, { settings, context });
  const question = [
    `${exam.fault?.text ?? "The journal looks whole from here, and you say that it is not"}.`,
    ...(exam.journal === undefined ? ["It is made again."] : []),
    ...(exam.reportsLastSeq === undefined ? ["The report stream is made again."] : []),
    "A new chain of reports begins with what the journal holds now; its first bar is partial, unless only reports were lost.",
    ...(exam.loss === undefined
      ? []
      : ["If the newer store can be put back, do that instead: then nothing is lost."]),
    "What the journal no longer holds is never reported. Adopt it? [y/N] ",
  ].join("\n");
  if (!settings.yes && !(await isConfirmed(question, context))) {
    context.stderr.write("backbeat journal: nothing was changed\n");
    return NOTHING_DONE;
  }
  const streams = await madeStreams(settings, history);
  const adoption = await adoptJournal({
    ...history,
    ...streams,
    head,
    force,
    node: `adopt on ${hostname()}`,
  });
  return tell(adoption, { settings, context });
}

/** The journal, made where it is not there; what exists is checked and stays as it is. @throws BackbeatError `journal-refused` */
async function madeStreams(settings: SettingsOf<"journal">, { bus, clock, log, subjects }: History) {
  const plans = { ...streamPlansOf(settings, subjects), leaveAsFound: true };
  const giveUp = new AbortController();
  const timer = clock.after(settings.waitSeconds * 1_000, () => giveUp.abort());
  const streams = await openStreams(bus, plans, log).open(giveUp.signal);
  timer.cancel();
  if (streams === "none")
    throw new BackbeatError(
      "nats-unreachable",
      `Cannot adopt the journal: the streams were not to be had for ${settings.waitSeconds} s; look at the server, then try again`,
    );
  const { journal, reports } = streams;
  return { journal, reports };
}

async function isConfirmed(question: string, { stderr, stdin }: CommandContext): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
  }
}

function tell(
  adoption: Adoption,
  { context, settings }: { readonly settings: SettingsOf<"journal">; readonly context: CommandContext },
): number {
  const { stderr, stdout } = context;
  if (adoption.kind === "nothing") {
    if (settings.json) stdout.write(`${jsonText({ adopted: false, why: adoption.why })}\n`);
    else stderr.write(`backbeat journal: nothing to adopt: ${adoption.why}\n`);
    return NOTHING_DONE;
  }
  const { chainId, record } = adoption;
  if (settings.json) stdout.write(`${jsonText({ adopted: true, chain: { id: chainId, ...record } })}\n`);
  else {
    const left =
      record.after_first_seq === 0
        ? "none of its bars is reported yet"
        : `bars up to the one that begins at entry ${record.after_first_seq} are reported already`;
    stdout.write(`adopted: chain ${chainId} begins at entry ${record.from.seq}; ${left}\n`);
    const lost = lostText(record.lost);
    if (lost !== "") stdout.write(`gone for good: ${lost}\n`);
    stdout.write("running reverbs go on by themselves; /ready and `backbeat journal status` tell\n");
  }
  return ADOPTED;
}
