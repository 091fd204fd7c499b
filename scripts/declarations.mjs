/**
 * The published declarations (`dist/**.d.ts`), parsed: what a file exports, where that is declared, and which other
 * types of ours it speaks of.
 *
 * The compiler exports no API, so oxc-parser tells where each node and comment stands; their text is taken as it is
 * there. A form of export that this file does not know is an error, never left out in silence.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const files = new Map();

/** A file of declarations. */
class Declarations {
  constructor(url) {
    this.url = url;
    this.text = readFileSync(url, "utf8");
    const path = fileURLToPath(url);
    const { comments, errors, program } = parseSync(path, this.text, { lang: "dts" });
    if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
    this.body = program.body;
    this.comments = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  }

  static at(url) {
    const file = files.get(url.href) ?? new Declarations(url);
    files.set(url.href, file);
    return file;
  }

  textOf(node) {
    return this.text.slice(node.start, node.end);
  }

  /** The text of the docstring right before a node; empty where there is none. */
  docOf(node) {
    const comment = this.comments.findLast(
      ({ end }) => end <= node.start && this.text.slice(end, node.start).trim() === "",
    );
    return (comment?.value ?? "")
      .split("\n")
      .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
      .join("\n")
      .trim();
  }

  /** The modules that a name here may come from: `{ local, imported, url }`, packages left out. */
  imports() {
    return this.body
      .filter(({ source, type }) => type === "ImportDeclaration" && source.value.startsWith("."))
      .flatMap(({ source, specifiers }) =>
        specifiers.map(({ imported, local }) => ({
          local: local.name,
          imported: imported?.name,
          url: besides(this.url, source.value),
        })),
      );
  }
}

/** Declarations are written beside each other; they name each other by the sources' endings. */
function besides(url, specifier) {
  return new URL(specifier.replace(/\.(ts|js)$/, ".d.ts"), url);
}

/**
 * What a file exports: `{ name, file, nodes }`, where `nodes` are the exporting statements of the file that declares
 * it, more than one for an overloaded function.
 */
export function exportsOf(url) {
  const file = Declarations.at(url);
  const found = [];
  for (const node of file.body) {
    if (node.type === "ExportAllDeclaration" && node.exported === null)
      found.push(...exportsOf(besides(url, node.source.value)));
    else if (node.type === "ExportNamedDeclaration" && node.source !== null)
      found.push(...reexported(node, url));
    else if (node.type === "ExportNamedDeclaration" && node.declaration !== null) declare(found, file, node);
    else if (node.type.startsWith("Export") && node.specifiers?.length !== 0)
      throw new Error(`${fileURLToPath(url)}: an export of the form ${node.type} is not known here`);
  }
  return found;
}

function reexported({ source, specifiers }, url) {
  const there = exportsOf(besides(url, source.value));
  return specifiers.map(({ exported, local }) => {
    const found = there.find(({ name }) => name === local.name);
    if (found === undefined) throw new Error(`${fileURLToPath(url)}: ${source.value} has no ${local.name}`);
    return { ...found, name: exported.name };
  });
}

function declare(found, file, node) {
  const { declaration } = node;
  const ids = declaration.type === "VariableDeclaration" ? declaration.declarations : [declaration];
  for (const {
    id: { name },
  } of ids) {
    const overload = found.find((other) => other.name === name && other.file === file);
    if (overload === undefined) found.push({ name, file, nodes: [node] });
    else overload.nodes.push(node);
  }
}

/** The types of ours that these speak of, and those that they speak of in turn, that are not among them. */
export function alsoNamed(found) {
  const known = new Set(found.map(keyOf));
  const also = [];
  for (let next = [...found]; next.length > 0; ) {
    const named = next.flatMap((one) => namedIn(one));
    next = [];
    for (const one of named) {
      if (known.has(keyOf(one))) continue;
      known.add(keyOf(one));
      next.push(one);
    }
    also.push(...next);
  }
  return also;
}

const keyOf = ({ file, nodes: [node] }) => `${file.url.href}:${node.start}`;

function namedIn({ file, nodes }) {
  const names = new Set();
  for (const node of nodes) collect(node, names);
  const imports = file.imports();
  const own = [...exportsOf(file.url), ...keptIn(file)];
  return [...names].flatMap((name) => {
    const { imported, url } = imports.find(({ local }) => local === name) ?? {};
    const there = url === undefined ? own : exportsOf(url);
    const one = there.find((other) => other.name === (url === undefined ? name : imported));
    return one === undefined ? [] : [one];
  });
}

/** Types that a file keeps to itself, in the form of its exports. */
function keptIn(file) {
  return file.body
    .filter(({ type }) => type === "TSInterfaceDeclaration" || type === "TSTypeAliasDeclaration")
    .map((declaration) => ({
      name: declaration.id.name,
      file,
      nodes: [{ declaration, start: declaration.start, end: declaration.end }],
    }));
}

/** Names of types below a node: `A` of `A<B>`, of `extends A`, and so on. */
function collect(node, names) {
  if (node === null || typeof node !== "object") return;
  if (node.type === "TSTypeReference" && node.typeName.type === "Identifier") names.add(node.typeName.name);
  if (
    /^TS(InterfaceHeritage|ClassImplements)$/.test(node.type ?? "") &&
    node.expression.type === "Identifier"
  )
    names.add(node.expression.name);
  // What is picked from a type needs none of the others that it speaks of.
  const isPick = node.type === "TSTypeReference" && node.typeName.name === "Pick";
  for (const value of isPick ? [] : Object.values(node)) collect(value, names);
}
