/** What a replica does with the journal, as a member of its status. */
import Type from "typebox";
import { Count, described } from "../contracts/schema/fields.ts";
import { JOURNAL_ROLES, type JournalStatus } from "../reverb/view.ts";
import { component, nullable } from "./fields.ts";

const STARTS: readonly JournalStatus["startedFrom"]["kind"][] = ["begin", "report", "checkpoint"];

export const JournalBody = component("Journal", "What this replica does with the journal.", {
  role: Type.Enum([...JOURNAL_ROLES], { description: "What it does now." }),
  read_sequence: described(Count, "Sequence of the last entry that was folded."),
  lag_entries: described(Count, "Entries behind it, as last heard."),
  started_from: Type.Object({
    seq: described(Count, "First entry that this process read."),
    kind: Type.Enum([...STARTS], { description: "What told it to begin there." }),
  }),
  chain: Type.String({ description: "Chain of reports that it computes." }),
  profile: Type.String({ description: "Hash of its rules." }),
  reports_committed: described(Count, "Reports that this process stored."),
  reports_confirmed: described(Count, "Reports that were stored already, with the same bytes."),
  commit_conflicts: described(Count, "Commits that came second."),
  commits_unknown: described(Count, "Commits without an answer, whose outcome was looked up."),
  divergences: described(Count, "Stored reports that differ from what was computed here."),
  ticks_appended: described(Count, "Ticks that this process stored."),
  checkpoints_saved: described(Count, "Checkpoints on disk since start."),
  checkpoints_failed: described(Count, "Checkpoints that could not be written."),
  checkpoint_sequence: nullable(described(Count, "Entry that the newest one reaches to.")),
});

export function journalBody(journal: JournalStatus): Type.Static<typeof JournalBody> {
  return {
    role: journal.role,
    read_sequence: journal.readSeq,
    lag_entries: journal.lagEntries,
    started_from: journal.startedFrom,
    chain: journal.chain,
    profile: journal.profile,
    reports_committed: journal.reportsCommitted,
    reports_confirmed: journal.reportsConfirmed,
    commit_conflicts: journal.commitConflicts,
    commits_unknown: journal.commitsUnknown,
    divergences: journal.divergences,
    ticks_appended: journal.ticksAppended,
    checkpoints_saved: journal.checkpointsSaved,
    checkpoints_failed: journal.checkpointsFailed,
    checkpoint_sequence: journal.checkpointSeq ?? null,
  };
}
