/** Keys for claims: made, and looked at. */
import { instant } from "./instant.ts";
import { choice, integer, path, text } from "./kinds.ts";
import { optional, required } from "./setting.ts";

/** Ten years: a key that nobody changes in that time is no longer anybody's secret. */
const DAYS_MAX = 3_660;

export const KEYS_SETTINGS = {
  keysAction: required({
    flag: "keys-action",
    group: "Command",
    kind: choice("<action>", ["new", "list"]),
    doc: "new: make a key; list: show those of a file, and how long they are good",
    commands: ["keys"],
  }),
  keyList: optional({
    flag: "keys",
    group: "Command",
    kind: path("<file>"),
    doc: "The file of public keys that reverb reads: list shows it, new adds the key to it",
    defaultText: "new prints what belongs there",
    commands: ["keys"],
  }),
  keyAgent: optional({
    flag: "agent",
    group: "Command",
    kind: text(
      "<id>",
      "1 to 128 letters, digits, _, : or -, or how ids begin and a star: worker:*",
      /^(?:[a-zA-Z0-9_:-]{1,128}|[a-zA-Z0-9_:-]{0,127}\*)$/,
    ),
    doc: "Whose key it is: an agent, or all agents whose ids begin so, such as 'worker:*'; new needs it",
    commands: ["keys"],
  }),
  keyId: optional({
    flag: "key-id",
    group: "Command",
    kind: text("<id>", "1 to 64 letters, digits, _, ., : or -", /^[a-zA-Z0-9_.:-]{1,64}$/),
    doc: "Its name, another one for each key of an agent",
    defaultText: "made from the key",
    commands: ["keys"],
  }),
  notBeforeMs: optional({
    flag: "not-before",
    group: "Command",
    kind: instant("<time>"),
    doc: "Good from then on, in the time of the journal",
    defaultText: "five minutes ago, since clocks differ",
    commands: ["keys"],
  }),
  notAfterMs: optional({
    flag: "not-after",
    group: "Command",
    kind: instant("<time>"),
    doc: "No longer good from then on",
    defaultText: "--days after its begin",
    commands: ["keys"],
  }),
  days: optional({
    flag: "days",
    group: "Command",
    kind: integer("<n>", { min: 1, max: DAYS_MAX }),
    unit: "days",
    doc: "How long it is good, in place of --not-after",
    defaultText: "90",
    commands: ["keys"],
  }),
  privateKeyFile: optional({
    flag: "out",
    group: "Command",
    kind: path("<file>"),
    doc: "Where the private key goes; a file that exists is left alone",
    defaultText: "<agent>.<key id>.pem here",
    commands: ["keys"],
  }),
} as const;
