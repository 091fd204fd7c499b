/**
 * Writing messages: strictly what the schemas say, members in the order of the schema, no blanks.
 *
 * What we send is checked here, once per message: a peer must never see an invalid one from us.
 */
import { Compile, type Validator } from "typebox/compile";
import { BackbeatError } from "../errors.ts";
import { type BarReport, BarReportSchema } from "./bar-report.ts";
import { type BeatFrame, BeatFrameSchema } from "./beat-frame.ts";
import { type StatusClaim, StatusClaimSchema } from "./status-claim.ts";

const encodeText = TextEncoder.prototype.encode.bind(new TextEncoder());

const frameCheck = Compile(BeatFrameSchema);
const claimCheck = Compile(StatusClaimSchema);
const reportCheck = Compile(BarReportSchema);

/** A BeatFrame as UTF-8 JSON. @throws BackbeatError `bad-message` naming the wrong members. */
export function encodeFrame(frame: BeatFrame): Uint8Array {
  return encodeText(
    canonical("send a beat frame", frame, frameCheck, Object.keys(BeatFrameSchema.properties)),
  );
}

/** A StatusClaim as UTF-8 JSON. @throws BackbeatError `bad-message` naming the wrong members. */
export function encodeClaim(claim: StatusClaim): Uint8Array {
  return encodeText(canonical("claim", claim, claimCheck, Object.keys(StatusClaimSchema.properties)));
}

/** A BarReport in its canonical form as UTF-8 JSON. @throws BackbeatError `bad-message`. */
export function encodeReport(report: BarReport): Uint8Array {
  return encodeText(canonical("report a bar", report, reportCheck, Object.keys(BarReportSchema.properties)));
}

/** Milliseconds as a report carries them: rounded to 0.1, −0 as 0. */
export function roundDriftMs(driftMs: number): number {
  return Math.round(driftMs * 10) / 10 + 0;
}

function canonical(action: string, message: object, check: Validator, order: readonly string[]): string {
  if (!check.Check(message)) {
    const faults = check
      .Errors(message)
      .map((error) => `${error.instancePath || "message"} ${error.message}`);
    throw new BackbeatError("bad-message", `Cannot ${action}: ${faults.join("; ")}`, { data: { faults } });
  }
  const members = new Map(Object.entries(message));
  return JSON.stringify(Object.fromEntries(order.map((name) => [name, members.get(name)])));
}
