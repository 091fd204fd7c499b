/** What `backbeat tempo` asks a pulse for. */
import { decimal, onOff } from "./kinds.ts";
import { optional, setting } from "./setting.ts";

export const TEMPO_SETTINGS = {
  wantedTempoBpm: optional({
    flag: "bpm",
    group: "Command",
    kind: decimal("<bpm>", { min: 0.1, max: 1_000, parts: 10 }),
    unit: "beats per minute",
    doc: "The tempo from the next downbeat on",
    defaultText: "the tempo is shown",
    commands: ["tempo"],
  }),
  override: setting({
    flag: "override",
    group: "Command",
    kind: onOff,
    default: false,
    doc: "Also where it is more than 10 % away; the pulse logs it",
    commands: ["tempo"],
  }),
} as const;
