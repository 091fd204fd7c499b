/**
 * The last line of defence against secrets in logs: whoever logs an address redacts it first, this catches
 * what was forgotten, above all addresses inside the error texts of libraries.
 *
 * Invariant: what stands before the @ of an address, and the value under a name that means a secret, is never
 * written. It cannot know a bare token in free text.
 */

const MASK = "***";

/** With a scheme, anything up to the last @; without, a word before an @ (`user:pass@host`, as Go accepts). */
const USER_INFO = /\b((?:nats|tls|wss?|https?):\/\/)[^\s,"'`]*@|[^\s,"'`(/]+@(?=\w)/gi;

const SECRET_NAMES = new Set(
  "admintoken authorization jwt nkeyseed pass password secret seed token".split(" "),
);

/** How deep data is looked into: log data is flat by habit; deeper values are left out. */
const DEPTH_MAX = 4;

/** A text without the user information of addresses. */
export function withoutUserInfo(text: string): string {
  if (!text.includes("@")) return text;
  return text.replace(USER_INFO, (_match, scheme: string | undefined) => `${scheme ?? ""}${MASK}@`);
}

/** A copy of log data without secrets; errors become plain objects (message, code, data, cause). */
export function withoutSecrets(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactMembers(data, 0);
}

function redactMembers(data: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const secret = SECRET_NAMES.has(name.toLowerCase().replaceAll(/[_-]/g, ""));
    clean[name] = secret ? MASK : redactValue(value, depth);
  }
  return clean;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return withoutUserInfo(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_MAX) return "…";
  if (value instanceof Error) return describeError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return redactMembers(value, depth + 1);
}

/** The stack only of errors that nobody raised on purpose: those without a code. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, data } = error as { readonly code?: unknown; readonly data?: unknown };
  return {
    message: withoutUserInfo(error.message),
    ...(typeof code === "string" ? { code } : { stack: withoutUserInfo(error.stack ?? "") }),
    ...(typeof data === "object" && data !== null ? redactMembers(data, depth + 1) : {}),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}
