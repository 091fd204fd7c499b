/** Door `./contracts`: what is on the wire — schemas, types, validators, subjects, window ids (INT-001). */
export * from "./bar-report.ts";
export * from "./beat-frame.ts";
export { CLAIM_KEYS_MAX, type ClaimKey } from "./claim-key.ts";
export * from "./claim-signature.ts";
export * from "./decode.ts";
export * from "./encode.ts";
export { BarReportSchema } from "./schema/bar-report.ts";
export { BeatFrameSchema } from "./schema/beat-frame.ts";
export { SCHEMA_VERSION } from "./schema/fields.ts";
export { StatusClaimSchema } from "./schema/status-claim.ts";
export * from "./status-claim.ts";
export * from "./subjects.ts";
export * from "./window-id.ts";
