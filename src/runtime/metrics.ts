/** /metrics of reverb and of a pulse. What they measure stands in the tables of metrics/. */
import type { PulseView } from "../pulse/view.ts";
import type { ReverbView } from "../reverb/view.ts";
import { JOURNAL_METRICS } from "./metrics/journal-metrics.ts";
import { PROCESS_METRICS, type ProcessWatch } from "./metrics/process-metrics.ts";
import { PULSE_HISTOGRAMS, PULSE_METRICS, pulseSource } from "./metrics/pulse-metrics.ts";
import { REVERB_HISTOGRAMS, REVERB_METRICS, reverbSource } from "./metrics/reverb-metrics.ts";
import { ServiceMetrics } from "./metrics/service-metrics.ts";

export { type ProcessWatch, watchProcess } from "./metrics/process-metrics.ts";
export { ServiceMetrics } from "./metrics/service-metrics.ts";

/**
 * Metrics of a reverb. `view` answers undefined until the service runs: it needs its metrics to be created
 * before it.
 */
export function reverbMetrics(
  view: () => ReverbView | undefined,
  watch: Pick<ProcessWatch, "read">,
): ServiceMetrics {
  return new ServiceMetrics(REVERB_HISTOGRAMS)
    .add({ rows: [...REVERB_METRICS, ...JOURNAL_METRICS], source: () => mapped(view(), reverbSource) })
    .add({ rows: PROCESS_METRICS, source: () => watch.read() });
}

/** Metrics of a pulse; as {@link reverbMetrics}. */
export function pulseMetrics(
  view: () => PulseView | undefined,
  watch: Pick<ProcessWatch, "read">,
): ServiceMetrics {
  return new ServiceMetrics(PULSE_HISTOGRAMS)
    .add({ rows: PULSE_METRICS, source: () => mapped(view(), pulseSource) })
    .add({ rows: PROCESS_METRICS, source: () => watch.read() });
}

function mapped<From, To>(value: From | undefined, map: (value: From) => To): To | undefined {
  return value === undefined ? undefined : map(value);
}
