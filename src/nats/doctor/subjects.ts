/** Subjects with wildcards: whether one captures a message of another, as nats-server says it. Pure. */

/** Whether there is a subject that both fit. Either may have wildcards. */
export function subjectsOverlap(one: string, other: string): boolean {
  const [a, b] = [one.split("."), other.split(".")];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [x, y] = [a[at], b[at]];
    if (x === undefined || y === undefined) return false;
    if (x === ">" || y === ">") return true;
    if (x !== y && x !== "*" && y !== "*") return false;
  }
  return true;
}

/** Which subjects a user may publish on, or subscribe to, as the server says it. */
export interface Rights {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** Without a list of what is allowed all is that is not denied. */
export function isAllowed(subject: string, { allow, deny }: Rights): boolean {
  if (deny?.some((pattern) => subjectsOverlap(pattern, subject)) ?? false) return false;
  return (
    allow === undefined || allow.length === 0 || allow.some((pattern) => subjectsOverlap(pattern, subject))
  );
}
