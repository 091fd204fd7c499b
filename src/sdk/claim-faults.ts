/**
 * Everything that is wrong with a claim, at once: writing a message names its first wrong member only, and an agent
 * that corrects one to be told of the next is corrected slowly. Pure; a claim that fits costs one check.
 */
import { encodeClaim } from "../contracts/encode.ts";
import type { StatusClaim } from "../contracts/status-claim.ts";
import { BackbeatError } from "../errors.ts";

/** Stands in for each wrong member that a claim cannot do without, so that the others are looked at. */
const FITTING: Readonly<Record<string, unknown>> = {
  type: "backbeat.statusclaim.v1",
  agent_id: "x",
  beat_index: 0,
  state: "idle",
  hlc: "0000:0000:0000",
};

/** A claim has a dozen members; who writes more wrong ones than this is not helped by a longer list. */
const FAULTS_MAX = 20;

/**
 * The claim as UTF-8 JSON.
 * @throws BackbeatError `bad-message` with every wrong member in `data.members`, as JSON pointers
 */
export function encodeWholeClaim(claim: StatusClaim): Uint8Array {
  try {
    return encodeClaim(claim);
  } catch (thrown) {
    if (!(thrown instanceof BackbeatError)) throw thrown;
    const faults = faultsOf(claim, thrown);
    throw new BackbeatError(
      "bad-message",
      `Cannot claim: ${faults.map(({ text }) => text).join("; ")}; correct what was given`,
      { data: { members: faults.map(({ member }) => member) }, cause: thrown },
    );
  }
}

interface Fault {
  /** JSON pointer; empty for the claim as a whole. */
  readonly member: string;
  readonly text: string;
}

function faultsOf(claim: StatusClaim, first: BackbeatError): readonly Fault[] {
  const faults: Fault[] = [];
  let members: Readonly<Record<string, unknown>> = claim;
  let error: BackbeatError | undefined = first;
  while (error !== undefined && faults.length < FAULTS_MAX) {
    const member = String(error.data.member ?? "");
    faults.push({ member, text: error.message.replace(/^Cannot write [^:]*: /, "") });
    const mended = mend(members, nameIn(member));
    if (mended === undefined) return faults;
    members = mended;
    error = errorOf(members);
  }
  return faults;
}

/** The same without the wrong member, or with a fitting one; undefined where that cannot be done. */
function mend(
  members: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  if (Object.hasOwn(FITTING, name)) return { ...members, [name]: FITTING[name] };
  if (!Object.hasOwn(members, name)) return undefined;
  return Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
}

/** The top member of a JSON pointer. */
function nameIn(pointer: string): string {
  return (pointer.split("/")[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
}

function errorOf(members: Readonly<Record<string, unknown>>): BackbeatError | undefined {
  try {
    encodeClaim(members as unknown as StatusClaim);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof BackbeatError) return thrown;
    throw thrown;
  }
}
