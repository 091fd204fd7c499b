/** Waiting for something that may never come, by who may be told to stop. */

/** What `until` comes to. @throws the reason of `stopped` where that comes first; what `until` rejected with */
export async function untilOrStopped<T>(until: PromiseLike<T>, stopped: AbortSignal): Promise<T> {
  let off: () => void = () => undefined;
  const end = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(stopped.reason);
    if (stopped.aborted) onAbort();
    else stopped.addEventListener("abort", onAbort, { once: true });
    off = () => stopped.removeEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([until, end]);
  } finally {
    off();
  }
}
