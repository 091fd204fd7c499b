/** /health and /metrics, which every service has; /ready differs and stands with its service. */
import Type from "typebox";
import { ClusterId, described } from "../contracts/schema/fields.ts";
import { component, FAILURES, timestamp, timestampField } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";

/** Who answers, and when it was asked. */
interface Identity {
  readonly clusterId: string;
  readonly nodeId: string;
  /** Ms since the Unix epoch. */
  readonly nowMs: number;
}

export interface ProbeSources {
  /** Metrics as Prometheus text, for /metrics. */
  readonly metricsText: () => Promise<string>;
  /** Why the process should be restarted, for /health; undefined while it works. Default: it always works. */
  readonly wedged?: () => string | undefined;
}

export interface ProbedService extends ProbeSources {
  /** As in `backbeat-reverb`. */
  readonly service: string;
  readonly identity: () => Identity;
}

/** Prometheus' text format. */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const WHO = {
  service: Type.String(),
  cluster_id: described(ClusterId, "The tempo domain."),
  node_id: Type.String({ description: "This process." }),
  timestamp: timestampField("When this was said."),
};

const Healthy = component("Healthy", "The process works.", { status: Type.Literal("healthy"), ...WHO });

const Unhealthy = component("Unhealthy", "The process is wedged and should be restarted.", {
  status: Type.Literal("unhealthy"),
  ...WHO,
  reason: Type.String(),
});

/** 503 of /ready. */
export const NotReady = component("NotReady", "The service cannot do its work now.", {
  status: Type.Literal("not ready"),
  reason: Type.String({ description: "Why, for people." }),
});

/** Adds GET /health and GET /metrics. */
export function addProbes(app: HttpApp, probed: ProbedService): void {
  const who = () => {
    const { clusterId, nodeId, nowMs } = probed.identity();
    return { service: probed.service, cluster_id: clusterId, node_id: nodeId, timestamp: timestamp(nowMs) };
  };
  const health = {
    summary: "Whether the process works",
    response: { 200: Healthy, 503: Unhealthy, ...FAILURES },
  };
  app.get("/health", { schema: health }, async (_request, reply) => {
    const reason = probed.wedged?.();
    if (reason === undefined) return { status: "healthy" as const, ...who() };
    reply.code(503);
    return { status: "unhealthy" as const, ...who(), reason };
  });

  const text = {
    description: "Prometheus text format.",
    content: { "text/plain": { schema: Type.String() } },
  };
  const metrics = { summary: "Measurements for Prometheus", response: { 200: text, ...FAILURES } };
  app.get("/metrics", { schema: metrics }, async (_request, reply) => {
    reply.type(METRICS_TYPE);
    return probed.metricsText();
  });
}
