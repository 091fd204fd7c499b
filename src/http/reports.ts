/** GET /api/v1/reports and /api/v1/reports/{windowId}: the reports that were emitted (BACKBEAT-REQ-021). */
import Type from "typebox";
import { Count, described } from "../contracts/schema/fields.ts";
import { BackbeatError } from "../errors.ts";
import type { ReverbView, StoredReport } from "../reverb/view.ts";
import { Failure, failure } from "./failures.ts";
import {
  component,
  INPUT_FAILURES,
  limitParameter,
  NoQuery,
  nullable,
  PAGE_ITEMS_DEFAULT,
  ReportBody,
  windowIdParameter,
} from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { IssueBody, issueBody } from "./issue-bodies.ts";
import { SHARED } from "./shared-answers.ts";
import { WindowNotFound, windowNotFound } from "./windows.ts";

const COMMON = {
  report: ReportBody,
  headers: Type.Record(Type.String(), Type.String(), { description: "What travelled beside the report." }),
};

const ReportList = component("ReportList", "Reports, newest first.", {
  reports: Type.Array(component("EmittedReport", "A report as it was emitted.", COMMON)),
  total_count: described(Count, "How many there are in all, on this page or not."),
});

const OneReport = component("ReportDetail", "A report as it was emitted, with names.", {
  ...COMMON,
  issue_details: nullable(Type.Array(IssueBody, { description: "Null once its window is let go." })),
});

const Page = Type.Object({
  limit: Type.Optional(
    limitParameter({ description: "How many reports at most.", default: PAGE_ITEMS_DEFAULT }),
  ),
  before: Type.Optional(
    windowIdParameter("Only reports of bars older than this one; none if it is not known."),
  ),
});

/** Adds both paths. */
export function addReports(app: HttpApp, view: ReverbView): void {
  const list = {
    summary: "Reports that were emitted, newest first",
    querystring: Page,
    response: { 200: ReportList, 503: Failure, ...INPUT_FAILURES },
  };
  app.get("/api/v1/reports", { schema: list, config: SHARED }, async (request, reply) => {
    try {
      const { items, total } = await view.reports({ limit: PAGE_ITEMS_DEFAULT, ...request.query });
      return { reports: items.map(reportBody), total_count: total };
    } catch (error) {
      return notAvailable(error, reply);
    }
  });

  const one = {
    summary: "One report, its headers and the names behind its issues",
    params: Type.Object({ windowId: windowIdParameter("The bar of the report; compared without case.") }),
    querystring: NoQuery,
    response: { 200: OneReport, 404: WindowNotFound, 503: Failure, ...INPUT_FAILURES },
  };
  app.get("/api/v1/reports/:windowId", { schema: one }, async (request, reply) => {
    const { windowId } = request.params;
    try {
      const stored = await view.report(windowId);
      if (stored !== undefined)
        return { ...reportBody(stored), issue_details: stored.issueDetails?.map(issueBody) ?? null };
    } catch (error) {
      return notAvailable(error, reply);
    }
    reply.code(404);
    return windowNotFound(windowId);
  });
}

/** The report stream does not answer now, or is not there. @throws whatever else it is */
function notAvailable(error: unknown, reply: { code(status: 503): unknown }) {
  if (!(error instanceof BackbeatError)) throw error;
  reply.code(503);
  return failure(503, error.message);
}

function reportBody({ report, headers }: StoredReport) {
  return { report, headers: { ...headers } };
}
