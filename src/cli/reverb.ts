/** `backbeat reverb`: the main job. */
import type { Run } from "./command.ts";
import { runService } from "./run-service.ts";
import { startReverb } from "./start-reverb.ts";

export const run: Run<"reverb"> = (settings, context) =>
  runService(settings, {
    context,
    start: async (host) => {
      const { url } = await startReverb(settings, host);
      host.log.info(`reverb answers on ${url}`, { ...context.given });
    },
  });
