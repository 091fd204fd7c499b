/**
 * The text of src/contracts/generated/message-checks.ts: what typebox compiles the schemas of the messages to, as
 * plain code. A program that reads messages need not load typebox, which is most of what it would load.
 *
 * Unknown members are left to form.ts: compiled, that rule costs more than all others of a claim together.
 */
import { fileURLToPath } from "node:url";
import { Code } from "typebox/compile";
import { build } from "vite";
import { importSource } from "./source.mjs";

const HEAD = `// @ts-nocheck
/**
 * Generated from src/contracts/schema by "npm run generate"; not edited by hand.
 *
 * Whether a value fits the schema of a message, but for unknown members; what the check of one member needs; and the
 * schemas themselves, without what is said to people. Holds parts of typebox (MIT, Copyright (c) Haydn Paterson).
 */
`;

const ENTRY = "virtual:entry";

/** What a schema says to people, not to a check. */
const FOR_PEOPLE = new Set(["$id", "title", "description", "additionalProperties"]);

/** JSON of a schema, for a check. */
function bare(schema) {
  return JSON.parse(
    JSON.stringify(schema, (name, value) => {
      if (!FOR_PEOPLE.has(name) || typeof value === "object") return value;
      return undefined;
    }),
  );
}

/** Regular expressions as they are; of functions only the format that the schemas name. */
function externalCode(value) {
  if (value instanceof RegExp) return String(value);
  if (value.name === "IsDateTime") return "IsDateTime";
  throw new Error(`the check needs ${value}: teach scripts/validators.mjs where it comes from`);
}

function moduleOf(schema) {
  const { Code: code, External } = Code(schema);
  const variables = External.variables.map(externalCode).join(", ");
  return `import { IsDateTime } from "typebox/format";\n${code}\nSetExternal({ variables: [${variables}] });\n`;
}

/** The modules that are bundled into one file; what is not used of typebox is left out. */
function modulesOf(schemas) {
  const kinds = Object.keys(schemas);
  const entry = [
    ...kinds.map((kind) => `import { Check as ${kind} } from "virtual:${kind}";`),
    'import { IsDateTime } from "typebox/format";',
    'import { Guard } from "typebox/guard";',
    `export const checks = { ${kinds.join(", ")} };`,
    `export const schemas = ${JSON.stringify(schemas, undefined, 2)};`,
    "export const codePointCount = (text) => Guard.CodePointCount(text);",
    "export const isMultipleOf = (value, step) => Guard.IsMultipleOf(value, step);",
    "export { IsDateTime as isDateTime };",
  ];
  const modules = kinds.map((kind) => [`virtual:${kind}`, moduleOf(schemas[kind])]);
  return new Map([[ENTRY, entry.join("\n")], ...modules]);
}

/** The file's text. */
export async function messageChecks() {
  const { MESSAGE_SCHEMAS } = await importSource("contracts/schema/messages.ts");
  const modules = modulesOf(
    Object.fromEntries(Object.entries(MESSAGE_SCHEMAS).map(([kind, schema]) => [kind, bare(schema)])),
  );
  const { output } = await build({
    configFile: false,
    root: fileURLToPath(new URL("..", import.meta.url)),
    logLevel: "warn",
    plugins: [
      {
        name: "schemas",
        resolveId: (id) => (modules.has(id) ? id : undefined),
        load: (id) => modules.get(id),
      },
    ],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      write: false,
      minify: false,
      target: "node20",
      rolldownOptions: { input: ENTRY, treeshake: { moduleSideEffects: false } },
    },
  });
  return HEAD + output[0].code;
}
