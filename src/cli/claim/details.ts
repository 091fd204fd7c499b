/** From what was typed to what is claimed, and back to a line that says it. Pure. */
import type { StatusClaim } from "../../contracts/status-claim.ts";
import { BackbeatError } from "../../errors.ts";
import type { SettingsOf } from "../../runtime/settings/table.ts";
import type { ClaimDetails } from "../../sdk/claims.ts";

/** The settings that say what is claimed. */
export type ClaimWish = Pick<
  SettingsOf<"claim">,
  "beat" | "beatsLeft" | "dependencies" | "metadata" | "nextBeat" | "notes" | "progress" | "taskId"
>;

/**
 * What to claim beside the state; `beat_index` only where it was given.
 * @throws BackbeatError `bad-config` with every contradiction
 */
export function detailsOf(wish: ClaimWish): ClaimDetails {
  const mistakes = contradictionsIn(wish);
  if (mistakes.length > 0)
    throw new BackbeatError(
      "bad-config",
      ["Cannot claim:", ...mistakes.map((one) => `  ${one}`)].join("\n"),
      {
        data: { mistakes },
      },
    );
  const { beat, beatsLeft, dependencies, notes, progress, taskId } = wish;
  const metadata = metadataOf(wish);
  return {
    ...(taskId === undefined ? {} : { task_id: taskId }),
    ...(beat === undefined ? {} : { beat_index: beat }),
    ...(beatsLeft === undefined ? {} : { beats_left: beatsLeft }),
    ...(progress === undefined ? {} : { progress }),
    ...(notes === undefined ? {} : { notes }),
    ...(dependencies === undefined ? {} : { dependencies: [...dependencies] }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function contradictionsIn({ beat, metadata, nextBeat }: ClaimWish): readonly string[] {
  const mistakes: string[] = [];
  const said = metadata?.next_beat;
  if (nextBeat !== undefined && said !== undefined && said !== nextBeat)
    mistakes.push(`--next-beat is ${nextBeat}, but next_beat in --metadata is ${JSON.stringify(said)}`);
  if (nextBeat !== undefined && beat !== undefined && nextBeat <= beat)
    mistakes.push(`--next-beat is ${nextBeat}, expected a beat after --beat ${beat}`);
  return mistakes;
}

function metadataOf({ metadata, nextBeat }: ClaimWish): ClaimDetails["metadata"] {
  return nextBeat === undefined ? metadata : { ...metadata, next_beat: nextBeat };
}

/** What was claimed, for people. */
export function claimedLine(claim: StatusClaim): string {
  const task = claim.task_id === undefined ? "" : `, task ${claim.task_id}`;
  return `${claim.agent_id} claimed ${claim.state} for beat ${claim.beat_index}${task}`;
}
