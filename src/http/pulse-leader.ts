/** GET /api/v1/leader and POST /api/v1/leader/step-down of a pulse (BACKBEAT-REQ-001). */
import Type from "typebox";
import { Count, described } from "../contracts/schema/fields.ts";
import type { PulseControl, PulseView } from "../pulse/view.ts";
import { type AdminCheck, adminOnly } from "./admin.ts";
import { Failure } from "./failures.ts";
import { component, FAILURES, INPUT_FAILURES, NoQuery, nullable } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { NotLeader } from "./pulse-tempo.ts";

const node = (description: string) => nullable(Type.String({ description }));

const Leader = component("Leader", "Who leads the pulses of the cluster, and who publishes.", {
  leader: node("Node id of who may change the timeline; null while nobody is known to."),
  is_leader: Type.Boolean({ description: "Whether it is this pulse." }),
  authority: Type.Enum(["lease", "others", "alone", "unknown"], {
    description:
      "lease: this pulse, by the lease; others: another pulse; alone: this pulse, for want of a lease store; unknown: the lease store does not answer.",
  }),
  authority_reason: node("Why the lease store did not answer last; null where it did."),
  epoch: described(Count, "The version of the timeline."),
  acting: node("Node id of who published the newest frame; null before the first."),
  rank: described(Count, "This pulse's place in the row: 0 publishes on time."),
  pulses: Type.Array(Type.String(), {
    description: "Node ids of all pulses that were heard within three beats.",
  }),
});

const SteppedDown = component("SteppedDown", "The lease was given up.", {
  stepped_down: Type.Literal(true),
});

/** Adds both; POST only where the pulse can be asked. */
export function addPulseLeader(
  app: HttpApp,
  view: PulseView,
  {
    isAdmin,
    control,
  }: { readonly control?: PulseControl | undefined; readonly isAdmin?: AdminCheck | undefined },
): void {
  const get = {
    summary: "Who leads the pulses of the cluster, and who publishes",
    querystring: NoQuery,
    response: { 200: Leader, ...INPUT_FAILURES },
  };
  app.get("/api/v1/leader", { schema: get }, async () => leaderBody(view));
  if (control === undefined) return;

  const post = {
    summary: "Lets another pulse lead; who publishes goes on",
    response: { 200: SteppedDown, 401: Failure, 403: Failure, 409: NotLeader, ...FAILURES },
  };
  app.post(
    "/api/v1/leader/step-down",
    { schema: post, onRequest: adminOnly(isAdmin) },
    async (_request, reply) => {
      if (await control.stepDown()) return { stepped_down: true as const };
      reply.code(409);
      const { leader } = leaderBody(view);
      const text = `Cannot step down: ${leader === null ? "nobody is known to lead" : `pulse ${leader} leads`}, or the lease store did not answer`;
      return { error: "not the leader" as const, text, leader };
    },
  );
}

function leaderBody(view: PulseView) {
  const { epoch, nodeId } = view.status();
  const company = view.company();
  if (company === undefined) {
    const alone = {
      authority: "alone" as const,
      authority_reason: null,
      leader: nodeId,
      is_leader: true,
      acting: nodeId,
      rank: 0,
    };
    return { ...alone, epoch, pulses: [nodeId] };
  }
  const { acting, authority, authorityReason, leader, others, rank } = company;
  return {
    leader: leader ?? null,
    is_leader: authority === "lease" || authority === "alone",
    authority,
    authority_reason: authorityReason ?? null,
    epoch,
    acting: acting ?? null,
    rank,
    pulses: [nodeId, ...others].sort(),
  };
}
