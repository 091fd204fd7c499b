/** BeatFrame: what the pulse announces once per beat (INT-A, BACKBEAT-REQ-002). */
import type Type from "typebox";
import type { BeatFrameSchema } from "./schema/beat-frame.ts";

export const BEAT_FRAME_TYPE = "backbeat.beatframe.v1";

/** The parts of a bar, in their order. */
export const PHASES = ["plan", "execute", "review"] as const;

/** One beat, as it is on the wire. */
export type BeatFrame = Readonly<Type.Static<typeof BeatFrameSchema>>;

/** Which third of the bar a beat lies in. */
export type Phase = (typeof PHASES)[number];
