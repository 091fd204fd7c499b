/** The schemas of the three messages by their short names: what validators are generated from. */
import { BarReportSchema } from "./bar-report.ts";
import { BeatFrameSchema } from "./beat-frame.ts";
import { StatusClaimSchema } from "./status-claim.ts";

export const MESSAGE_SCHEMAS = {
  frame: BeatFrameSchema,
  claim: StatusClaimSchema,
  report: BarReportSchema,
} as const;
