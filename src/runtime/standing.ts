/** Alarms that stand, compared with those that stood before: which began, which ended. Pure; time is told. */

/** Something that is wrong, until it is not. */
export interface Standing {
  /** Tells one from another. */
  readonly name: string;
  readonly text: string;
}

export interface Ended {
  readonly name: string;
  readonly lastedMs: number;
}

/** State: what stood at the last look, and since when. */
export class StandingLook {
  readonly #since = new Map<string, number>();

  /** `nowMs` on a monotonic clock. Each alarm begins once and ends once, however often it is looked. */
  look(
    now: readonly Standing[],
    nowMs: number,
  ): { readonly began: readonly Standing[]; readonly ended: readonly Ended[] } {
    const names = new Set(now.map(({ name }) => name));
    const ended: Ended[] = [];
    for (const [name, sinceMs] of this.#since) {
      if (names.has(name)) continue;
      this.#since.delete(name);
      ended.push({ name, lastedMs: nowMs - sinceMs });
    }
    const began = now.filter(({ name }) => !this.#since.has(name));
    for (const { name } of began) this.#since.set(name, nowMs);
    return { began, ended };
  }
}
