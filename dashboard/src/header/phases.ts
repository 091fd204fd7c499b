/** The bar in thirds, as the pulse announces them: plan, execute, and review for the rest. Pure. */
export function phaseBeats(
  barLength: number,
): readonly { readonly name: "plan" | "execute" | "review"; readonly beats: number }[] {
  const plan = Math.floor(barLength / 3);
  const execute = Math.floor((2 * barLength) / 3) - plan;
  const parts = [
    { name: "plan", beats: plan },
    { name: "execute", beats: execute },
    { name: "review", beats: barLength - plan - execute },
  ] as const;
  return parts.filter(({ beats }) => beats > 0);
}
