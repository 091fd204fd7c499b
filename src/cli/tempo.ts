/** `backbeat tempo`: shows the tempo of a pulse, or changes it from the next downbeat on (BACKBEAT-REQ-004). */
import { messageOf } from "../errors.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";

type TempoSettings = SettingsOf<"tempo">;

const DONE = 0;
const NOT_DONE = 1;

/** A pulse answers at once; its lease store is waited for three seconds at most, twice. */
const ANSWER_MAX_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export const run: Run<"tempo"> = async (settings, context) => {
  const say = (text: string): void => void context.stderr.write(`backbeat tempo: ${text}\n`);
  let answer: Answer;
  try {
    answer = await ask(settings);
  } catch (thrown) {
    say(
      `Cannot ask the pulse at ${urlOf(settings)}: ${messageOf(thrown)}, expected one that runs; say where it answers with --pulse-http`,
    );
    return NOT_DONE;
  }
  if (answer.status !== 200) {
    say(String(answer.body.text ?? `the pulse answered ${answer.status}`));
    return NOT_DONE;
  }
  show(answer.body, settings, context);
  return DONE;
};

async function ask(settings: TempoSettings): Promise<Answer> {
  const { adminToken, override, wantedTempoBpm } = settings;
  const change =
    wantedTempoBpm === undefined
      ? {}
      : {
          method: "PUT",
          body: JSON.stringify({ tempo_bpm: wantedTempoBpm, ...(override ? { override } : {}) }),
          headers: {
            "content-type": "application/json",
            ...(adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }),
          },
        };
  const url = `${urlOf(settings)}/api/v1/tempo`;
  const answer = await fetch(url, { ...change, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}

function urlOf({ pulseHttp: { host, port } }: TempoSettings): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function show(
  body: Answer["body"],
  { json, wantedTempoBpm }: TempoSettings,
  { stdout }: CommandContext,
): void {
  if (json) stdout.write(`${JSON.stringify(body)}\n`);
  else if (wantedTempoBpm === undefined) stdout.write(`${tempoLine(body)}\n`);
  else stdout.write(`${changeLine(body)}\n`);
}

function tempoLine({ next_from_beat, next_tempo_bpm, tempo_bpm }: Answer["body"]): string {
  const next = next_tempo_bpm === null ? "" : `, ${next_tempo_bpm} from beat ${next_from_beat} on`;
  return `${tempo_bpm} beats a minute${next}`;
}

function changeLine({ from_beat, overridden, tempo_bpm }: Answer["body"]): string {
  if (from_beat === null) return `${tempo_bpm} beats a minute, as now`;
  return `${tempo_bpm} beats a minute from beat ${from_beat} on${overridden === true ? ", by override" : ""}`;
}
