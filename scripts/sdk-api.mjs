/**
 * What an agent can import from the door `./sdk`, as Markdown: each export with its signature, its docstring and its
 * members, from the declarations that are published. `generate.mjs` writes it to docs/sdk-api.md.
 *
 * Runs after `npm run build`. A type that is made from a schema or a list of words is shown by those: the compiler's
 * words for it say nothing.
 */
import { alsoNamed, exportsOf } from "./declarations.mjs";

/** Longer signatures of several alternatives take a line for each. */
const LINE_COLUMNS = 100;

/** A docstring as Markdown: paragraphs, then parameters and errors as a list. */
function markdownOf(doc) {
  const [text = "", ...tags] = doc.split(/(?:^|\s)(?=@(?:param|throws|returns)\b)/);
  const items = tags.map((tag) => {
    const [, kind, rest] = /^@(\w+)\s+([\s\S]*)$/.exec(tag) ?? [];
    if (kind !== "param") return `- ${kind === "throws" ? "Throws" : "Answers"} ${flowing(rest)}`;
    const [, name, meaning] = /^(\S+)\s+([\s\S]*)$/.exec(rest) ?? [];
    return `- \`${name}\`: ${flowing(meaning)}`;
  });
  return [flowing(text), items.join("\n")].filter((part) => part !== "").join("\n\n");
}

/** Lines of one paragraph flow together; a link to a name is its name. */
function flowing(text) {
  return text
    .trim()
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`")
    .replaceAll(/(?<=\S)\n(?=[^\s-])/g, " ");
}

const withoutDeclare = (text) => text.replace(/^declare /, "");

/** `a | b | …`, one a line where they are too long for one. */
function unionText(head, members) {
  const line = `${head} ${members.join(" | ")};`;
  return line.length <= LINE_COLUMNS ? line : `${[head, ...members.map((one) => `  | ${one}`)].join("\n")};`;
}

/** A type that is no interface, or a function or constant. */
async function signatureOf({ file, nodes }) {
  const [{ declaration }] = nodes;
  if (declaration.type !== "TSTypeAliasDeclaration")
    return nodes.map((node) => withoutDeclare(file.textOf(node.declaration))).join("\n");
  const type = declaration.typeAnnotation;
  const head = withoutDeclare(file.text.slice(declaration.start, type.start).trimEnd());
  const made = await madeFrom({ file, declaration });
  if (Array.isArray(made))
    return unionText(
      head,
      made.map((word) => JSON.stringify(word)),
    );
  if (type.type === "TSUnionType")
    return unionText(
      head,
      type.types.map((member) => file.textOf(member)),
    );
  return withoutDeclare(file.textOf(declaration));
}

/** The list or schema that a type is made from (`typeof X`); undefined for all others. */
async function madeFrom({ declaration, file }) {
  const [, name] = /\btypeof (\w+)\b/.exec(file.textOf(declaration)) ?? [];
  if (name === undefined) return undefined;
  const { imported = name, url = file.url } = file.imports().find(({ local }) => local === name) ?? {};
  const { [imported]: value } = await import(url.href.replace(/\.d\.ts$/, ".js"));
  return value;
}

/** Members that are nobody's business. */
const HIDDEN = /^(#|private |protected )/;

function memberLines({ file, nodes: [{ declaration }] }) {
  return declaration.body.body.flatMap((member) => {
    const signature = file.textOf(member).replace(/;$/, "");
    if (HIDDEN.test(signature)) return [];
    const line = signature.replaceAll(/\s*\n\s*/g, " ").replaceAll(/; \}/g, " }");
    return itemLines(`\`${line}\``, markdownOf(file.docOf(member)));
  });
}

/** An item of a list, and what is said of it below. */
function itemLines(head, text) {
  const lines = text.split("\n").filter((line) => line !== "");
  return [`- ${head}`, ...lines.map((line) => `  ${line.startsWith("- ") ? line : `<br>${line}`}`)];
}

/** Members of a schema, as on the wire. */
function schemaLines({ properties, required = [] }) {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const { description = "", ...rules } = schema;
    const isNeeded = required.includes(name) ? "yes" : "";
    return `| \`${name}\` | ${isNeeded} | ${rulesText(rules)} | ${description} |`;
  });
  return ["| Member | Needed | Value | Meaning |", "|---|---|---|---|", ...rows];
}

function rulesText(rules) {
  const text = JSON.stringify(rules, (name, value) => (name.startsWith("~") ? undefined : value));
  return `\`${text.slice(1, -1).replaceAll('"', "").replaceAll("|", "\\|").replaceAll(",", ", ")}\``;
}

async function section(found) {
  const { file, name, nodes } = found;
  const [node] = nodes;
  const { declaration } = node;
  const hasMembers = ["TSInterfaceDeclaration", "ClassDeclaration"].includes(declaration.type);
  const code = hasMembers
    ? withoutDeclare(file.text.slice(declaration.start, declaration.body.start).trim())
    : await signatureOf(found);
  const made = hasMembers ? undefined : await madeFrom({ file, declaration });
  const members = hasMembers ? memberLines(found) : made?.properties === undefined ? [] : schemaLines(made);
  const doc = markdownOf(file.docOf(node));
  return [
    ...[`### ${name}`, "", "```ts", code, "```", ""],
    ...(doc === "" ? [] : [doc, ""]),
    ...(members.length === 0 ? [] : [...members, ""]),
  ].join("\n");
}

const byName = (one, other) => (one.name < other.name ? -1 : 1);

const isType = ({ nodes: [{ declaration }] }) =>
  ["TSInterfaceDeclaration", "TSTypeAliasDeclaration"].includes(declaration.type);

/** A heading is found under its name in small letters. */
const links = (found) => found.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(" · ");

/** The whole page. `door`: the URL of its declarations. */
export async function sdkApiMarkdown(door = new URL("../dist/sdk/index.d.ts", import.meta.url)) {
  const found = exportsOf(door).sort(byName);
  const parts = [
    ["Functions and classes", found.filter((one) => !isType(one))],
    ["Types", found.filter(isType)],
    ["Types that are spoken of, and not exported", alsoNamed(found).filter(isType).sort(byName)],
  ];
  const sections = [];
  for (const [heading, members] of parts) {
    sections.push(`## ${heading}`, "");
    for (const member of members) sections.push(await section(member));
  }
  return [
    ...[
      "# SDK",
      "",
      "Written by `npm run generate` from the docstrings of what is published, not by hand.",
      "",
    ],
    ...["```ts", 'import { connectAgent } from "@chorus-services/backbeat/sdk";', "```", ""],
    ...parts.flatMap(([heading, members]) => [`**${heading}**: ${links(members)}`, ""]),
    ...sections,
  ]
    .join("\n")
    .replace(/\n*$/, "\n");
}
