/** `backbeat verify`: is the history of reports whole? A thin shell around reverb/verify-history.ts. */
import { type VerifyFault, type VerifySum, verifyHistory } from "../reverb/verify-history.ts";
import type { Run } from "./command.ts";
import { headIn } from "./history/chain-head.ts";
import { jsonText } from "./history/json.ts";
import { withHistory } from "./history/with-history.ts";
import { type Paint, paintFor } from "./paint.ts";
import { countOf, countText, plain } from "./plain.ts";

const WHOLE = 0;
const FAULTS = 1;

export const run: Run<"verify"> = async (settings, context) => {
  const print = (line: string): void => void context.stdout.write(`${line}\n`);
  const paint = paintFor(context.colour.stdout);
  return withHistory(settings, { name: "verify", action: "verify the reports", context }, async (history) => {
    const onFault = (fault: VerifyFault): void =>
      print(settings.json ? jsonText(faultObject(fault)) : faultLine(fault, paint));
    const head = await headIn(settings);
    const sum = await verifyHistory({ ...history, head, onFault }, { isReplayed: settings.recompute });
    if (settings.json) print(jsonText(sumObject(sum)));
    else for (const line of sumLines(sum, paint)) print(line);
    return sum.faults === 0 ? WHOLE : FAULTS;
  });
};

function faultObject({ kind, seq, text, windowId }: VerifyFault): object {
  return { kind: "fault", fault: kind, seq, window_id: windowId ?? null, text };
}

function sumObject({ chains, faults, firstSeq, lastSeq, replayed, reports }: VerifySum): object {
  return {
    kind: "sum",
    whole: faults === 0,
    reports,
    chains,
    faults,
    first_seq: firstSeq,
    last_seq: lastSeq,
    ...(replayed === undefined ? {} : { replayed: { ...replayed, why: replayed.why ?? null } }),
  };
}

function faultLine({ kind, seq, text, windowId }: VerifyFault, paint: Paint): string {
  const window = windowId === undefined ? "" : `, window ${windowId}`;
  return `${paint.bad(kind.padEnd(10))} record ${seq}${window}: ${plain(text, 2_000)}`;
}

function sumLines(
  { chains, faults, firstSeq, lastSeq, replayed, reports }: VerifySum,
  paint: Paint,
): string[] {
  const lines = [
    `${countOf(reports, "report")} of ${countOf(chains, "chain")}, records ${firstSeq} to ${lastSeq}`,
  ];
  if (firstSeq > 1)
    lines.push(
      `the stream begins at record ${firstSeq}: what was before is no longer kept, and is not checked`,
    );
  if (replayed !== undefined) {
    const { computed, identical, impossible, why } = replayed;
    lines.push(`${countText(computed)} computed again, ${countText(identical)} byte for byte the same`);
    if (impossible > 0)
      lines.push(`${countText(impossible)} could not be computed again, the last because ${why}`);
  }
  lines.push(
    faults === 0 ? paint.good("the history is whole") : paint.bad(`${countOf(faults, "fault")}: see above`),
  );
  return lines;
}
