/** `backbeat pulse`: the beat. */
import type { Run } from "./command.ts";
import { runService } from "./run-service.ts";
import { startPulse } from "./start-pulse.ts";

export const run: Run<"pulse"> = (settings, context) =>
  runService(settings, {
    context,
    start: async (host) => {
      const { url } = await startPulse(settings, host);
      host.log.info(`the pulse answers on ${url}`, { ...context.given });
    },
  });
