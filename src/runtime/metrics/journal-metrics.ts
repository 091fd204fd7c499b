/** What a reverb measures of its journal, read from its view when scraped. In core mode all of it is zero or absent. */
import { JOURNAL_ROLES, type JournalStatus } from "../../reverb/view.ts";
import type { ReverbSource } from "./reverb-metrics.ts";
import { byLabel, counter, gauge, type MetricRow } from "./row.ts";

type CountOf = (journal: JournalStatus) => number;

/** A counter that has its zero before there is a journal. */
const count = (name: string, help: string, of: CountOf): MetricRow<ReverbSource> =>
  counter(name, help, ({ status }) => (status.journal === undefined ? 0 : of(status.journal)));

const level = (name: string, help: string, of: (journal: JournalStatus) => number | undefined) =>
  gauge<ReverbSource>(name, help, ({ status }) => status.journal && of(status.journal));

/** Every role has a value at all times: a series that is absent raises no alert. */
const NO_ROLE = Object.fromEntries(JOURNAL_ROLES.map((role) => [role, 0]));

export const JOURNAL_METRICS: readonly MetricRow<ReverbSource>[] = [
  {
    name: "backbeat_journal_role",
    type: "gauge",
    help: "1 for what this replica does with the journal now",
    labels: ["role"],
    read: ({ status: { journal } }) =>
      byLabel("role", journal === undefined ? NO_ROLE : { ...NO_ROLE, [journal.role]: 1 }),
  },
  level("backbeat_journal_read_sequence", "Sequence of the last entry that was folded", (of) => of.readSeq),
  level(
    "backbeat_journal_lag_entries",
    "Entries behind it; in beats see backbeat_reverb_lag_beats",
    (of) => of.lagEntries,
  ),
  level(
    "backbeat_journal_checkpoint_sequence",
    "Entry that the newest checkpoint reaches to",
    (of) => of.checkpointSeq,
  ),
  count(
    "backbeat_journal_reports_committed_total",
    "Reports that this process stored",
    (of) => of.reportsCommitted,
  ),
  count(
    "backbeat_journal_reports_confirmed_total",
    "Reports that were stored already, with the same bytes",
    (of) => of.reportsConfirmed,
  ),
  count("backbeat_journal_commit_conflicts_total", "Commits that came second", (of) => of.commitConflicts),
  count(
    "backbeat_journal_commits_unknown_total",
    "Commits without an answer, whose outcome was looked up",
    (of) => of.commitsUnknown,
  ),
  count(
    "backbeat_journal_divergences_total",
    "Stored reports that differ from what was computed here",
    (of) => of.divergences,
  ),
  count("backbeat_journal_ticks_total", "Ticks that this process stored", (of) => of.ticksAppended),
  count("backbeat_journal_checkpoints_saved_total", "Checkpoints on disk", (of) => of.checkpointsSaved),
  count(
    "backbeat_journal_checkpoints_failed_total",
    "Checkpoints that could not be written",
    (of) => of.checkpointsFailed,
  ),
];
