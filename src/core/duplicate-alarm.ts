/**
 * What is said of processes that run with our node id: an alarm, and the error that whichever began later ends
 * with. It decides nothing: that is duplicate-nodes.ts.
 */
import { BackbeatError } from "../errors.ts";
import { DUPLICATE_PERIODS, type Duplicate, type DuplicateNodes } from "./duplicate-nodes.ts";

export interface DuplicateAlarmOptions {
  readonly nodeId: string;
  /** As in "another pulse". */
  readonly service: "pulse" | "reverb";
  /** What its periods are. */
  readonly periods: "beats" | "bars";
}

/** How long an alarm stands at least, ms: whoever looks once a second sees it, however short a beat is. */
const STANDS_MS_MIN = 2_000;

/** State: the alarm that stands, and whether the end was told. */
export class DuplicateAlarm {
  readonly #options: DuplicateAlarmOptions;
  #standing: { readonly text: string; readonly sinceMs: number } | undefined;
  #hasEnded = false;

  constructor(options: DuplicateAlarmOptions) {
    this.#options = options;
  }

  /** The alarm that stands, and since when on the clock of `look`. */
  get standing(): { readonly text: string; readonly sinceMs: number } | undefined {
    return this.#standing;
  }

  /**
   * To be called when something was heard, and when time has passed; `nowMs`: monotonic. Answers once why this process
   * has to end.
   */
  look(
    { ender, standing }: Pick<DuplicateNodes, "ender" | "standing">,
    nowMs: number,
  ): BackbeatError | undefined {
    const sinceMs = this.#standing?.sinceMs ?? nowMs;
    if (standing !== undefined) this.#standing = { text: this.#textOf(standing), sinceMs };
    else if (nowMs - sinceMs >= STANDS_MS_MIN) this.#standing = undefined;
    if (ender === undefined || this.#hasEnded) return undefined;
    this.#hasEnded = true;
    return this.#endFor(ender);
  }

  #textOf({ boot, isElder }: Duplicate): string {
    const { nodeId, service } = this.#options;
    const other = `another ${service} runs with our node id ${nodeId}`;
    if (boot === undefined)
      return `${other}, of a version that does not say when it began, so neither ends by itself; stop one of them: ${ADVICE}`;
    return isElder
      ? `${other} (boot id ${boot}) and began before this one, which ends if that one does not; ${ADVICE}`
      : `${other} (boot id ${boot}) and began later; it ends by itself; ${ADVICE}`;
  }

  #endFor({ boot }: Duplicate): BackbeatError {
    const { nodeId, periods, service } = this.#options;
    const other = `another ${service} with it (boot id ${boot}) began before this one and was heard for ${DUPLICATE_PERIODS} ${periods}`;
    return new BackbeatError(
      "duplicate-node-id",
      `Cannot go on with node id ${nodeId}: ${other}, expected one process for each node id; ${ADVICE}`,
      { data: { nodeId, boot } },
    );
  }
}

/** What to do about two processes with one node id; the end of a sentence. */
const ADVICE =
  "if a data directory was copied, remove the file node-id in the copy; else give each process a --node of its own";
