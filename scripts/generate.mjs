/**
 * Writes everything that is generated from the sources: the published schemas, the checks of messages, the tables in
 * docs/operations.md, and docs/sdk-api.md; with `--check` compares it and changes nothing.
 *
 * Sources are read as they are; only docs/sdk-api.md is made from the declarations that the build writes.
 */
import { operationsMarkdown } from "./operations-tables.mjs";
import { sdkApiMarkdown } from "./sdk-api.mjs";
import { settle } from "./settle.mjs";
import { importSource } from "./source.mjs";
import { messageChecks } from "./validators.mjs";

const { schemaFiles } = await importSource("contracts/schema/json-schema.ts");
for (const [name, text] of schemaFiles()) settle(`schemas/${name}`, text);
settle("src/contracts/generated/message-checks.ts", await messageChecks());
settle("docs/operations.md", await operationsMarkdown());
settle("docs/sdk-api.md", await sdkApiMarkdown());
