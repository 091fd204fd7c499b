/**
 * The tables in docs/operations.md that the code knows best. A table stands between two markers,
 * `<!-- name:begin -->` and `<!-- name:end -->`; everything else in the file is written by hand.
 */
import { textOf } from "./settle.mjs";
import { importSource } from "./source.mjs";

/** docs/operations.md with its tables as the code has them. */
export async function operationsMarkdown() {
  const { metricsTableMarkdown } = await importSource("runtime/metrics/show.ts");
  const { settingsTableMarkdown } = await importSource("runtime/settings/show.ts");
  const tables = { settings: settingsTableMarkdown(), metrics: metricsTableMarkdown() };
  let text = textOf("docs/operations.md");
  for (const [name, table] of Object.entries(tables)) {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(`docs/operations.md has no place for the ${name}: expected ${begin} and ${end} in it`);
    text = `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
  }
  return text;
}
