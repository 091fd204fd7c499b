/**
 * Settings that are gone, and what to give in their place: to give one is a mistake that says so.
 *
 * A setting that was obeyed and is ignored in silence is worse than an error.
 */
import { envOf } from "./setting.ts";

interface Retired {
  /** Without dashes. */
  readonly flag: string;
  /** The flag that came in its place; commands that do not take that one never took the other. */
  readonly successor: string;
  /** Completes `--new-profile …`. */
  readonly what: string;
}

const RETIRED: readonly Retired[] = [
  {
    flag: "new-profile",
    successor: "replace-profile",
    what: "is no option any more: name the profile that is to be replaced, --replace-profile <hash>; `backbeat journal status` shows the hash of the running one",
  },
];

/** What to say to who gives this flag; undefined where it is not gone, or `known` has not its successor. */
export function retiredFlag(
  flag: string,
  known: { readonly has: (flag: string) => boolean },
): string | undefined {
  return RETIRED.find((gone) => gone.flag === flag && known.has(gone.successor))?.what;
}

/** The same for environment variables: name and what to say. */
export function retiredVariables(
  env: Readonly<Record<string, string | undefined>>,
  known: { readonly has: (flag: string) => boolean },
): readonly { readonly where: string; readonly what: string }[] {
  return RETIRED.filter(({ flag, successor }) => known.has(successor) && (env[envOf(flag)] ?? "") !== "").map(
    ({ flag, what }) => ({ where: envOf(flag), what: `${what}; unset this variable` }),
  );
}
