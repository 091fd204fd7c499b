/** One question to reverb: an answer as JSON, or why there is none. Never throws. */

/** A reverb that is alive answers in milliseconds; one that is silent for so long is not there. */
const ANSWER_DEADLINE_MS = 8_000;

export type Answer<Body> =
  | { readonly kind: "answer"; readonly body: Body }
  /** It said no: with a sentence, and its HTTP status. */
  | { readonly kind: "refused"; readonly status: number; readonly text: string }
  /** Nobody answered. */
  | { readonly kind: "unreachable" }
  /** We did not want to know any more. */
  | { readonly kind: "dropped" };

/** Asks a path under the page's own origin. */
export async function ask<Body>(path: string, signal?: AbortSignal): Promise<Answer<Body>> {
  const deadline = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const response = await fetch(path, { signal: either, headers: { accept: "application/json" } });
    const body: unknown = await response.json();
    if (response.ok) return { kind: "answer", body: body as Body };
    return { kind: "refused", status: response.status, text: textOf(body) };
  } catch {
    return signal?.aborted === true ? { kind: "dropped" } : { kind: "unreachable" };
  }
}

function textOf(body: unknown): string {
  if (typeof body === "object" && body !== null && "text" in body && typeof body.text === "string")
    return body.text;
  return "no reason given";
}

/** A query string of what is given; empty without any. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== "") given.set(name, String(value));
  return given.size === 0 ? "" : `?${given}`;
}
