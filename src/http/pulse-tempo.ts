/** GET and PUT /api/v1/tempo of a pulse (BACKBEAT-REQ-004). */
import Type from "typebox";
import { BeatIndex, described } from "../contracts/schema/fields.ts";
import type { PulseControl, PulseView } from "../pulse/view.ts";
import { type AdminCheck, adminOnly } from "./admin.ts";
import { Failure, failure } from "./failures.ts";
import { component, FAILURES, INPUT_FAILURES, NoQuery, nullable } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";

const bpm = (description: string) => Type.Number({ description });

const Tempo = component("Tempo", "The tempo, and a change of it that is announced.", {
  tempo_bpm: bpm("Beats per minute now."),
  next_tempo_bpm: nullable(bpm("The tempo that is announced; null where it stays.")),
  next_from_beat: nullable(described(BeatIndex, "The downbeat from which it applies.")),
  min_bpm: nullable(bpm("The slowest that may be asked for; null for a pulse that cannot be asked.")),
  max_bpm: nullable(bpm("The fastest.")),
});

const Change = component("TempoChange", "A tempo that is wanted.", {
  tempo_bpm: Type.Number({ title: "a number of beats per minute", description: "Beats per minute." }),
  override: Type.Optional(
    Type.Boolean({
      title: "true or false",
      description: "Also where it is more than 10 % away; it is logged.",
    }),
  ),
});

const Changed = component("TempoChanged", "The tempo changes, or is that already.", {
  tempo_bpm: bpm("The tempo that was asked for."),
  from_beat: nullable(
    described(BeatIndex, "The downbeat from which it applies; null where nothing changes."),
  ),
  overridden: Type.Boolean({ description: "It was more than 10 % away, and allowed by override." }),
});

/** 409: another pulse leads. */
export const NotLeader = component("NotLeader", "This pulse may not change the timeline.", {
  error: Type.Literal("not the leader"),
  text: Type.String(),
  leader: nullable(Type.String({ description: "Node id of the pulse that leads, if one is known." })),
});

/** Adds both; PUT only where the pulse can be asked. */
export function addPulseTempo(
  app: HttpApp,
  view: PulseView,
  {
    isAdmin,
    control,
  }: { readonly control?: PulseControl | undefined; readonly isAdmin?: AdminCheck | undefined },
): void {
  const get = {
    summary: "The tempo, and a change of it that is announced",
    querystring: NoQuery,
    response: { 200: Tempo, ...INPUT_FAILURES },
  };
  app.get("/api/v1/tempo", { schema: get }, async () => {
    const company = view.company();
    return {
      tempo_bpm: view.status().tempoBpm,
      next_tempo_bpm: company?.next?.tempoBpm ?? null,
      next_from_beat: company?.next?.fromBeat ?? null,
      min_bpm: company?.limits.minBpm ?? null,
      max_bpm: company?.limits.maxBpm ?? null,
    };
  });
  if (control === undefined) return;

  const put = {
    summary: "Changes the tempo from the next downbeat on, at the pulse that leads",
    body: Change,
    response: {
      200: Changed,
      401: Failure,
      403: Failure,
      409: NotLeader,
      422: Failure,
      503: Failure,
      ...INPUT_FAILURES,
      ...FAILURES,
    },
  };
  app.put("/api/v1/tempo", { schema: put, onRequest: adminOnly(isAdmin) }, async (request, reply) => {
    const { override = false, tempo_bpm } = request.body;
    const answer = await control.changeTempo(tempo_bpm, { override });
    if (answer.kind === "accepted") {
      const { fromBeat = null, overridden, tempoBpm } = answer;
      return { tempo_bpm: tempoBpm, from_beat: fromBeat, overridden };
    }
    if (answer.kind === "not-leader") {
      reply.code(409);
      return { error: "not the leader" as const, text: answer.text, leader: answer.leader ?? null };
    }
    const status = answer.kind === "refused" ? 422 : 503;
    reply.code(status);
    return failure(status, answer.text);
  });
}
