/** `backbeat doctor`: what a NATS server is like for BACKBEAT, and what to do about it. A thin shell around nats/doctor/. */
import type { NatsBus } from "../nats/bus.ts";
import { examineCertificates } from "../nats/doctor/certificates.ts";
import { examine } from "../nats/doctor/examine.ts";
import type { Finding } from "../nats/doctor/finding.ts";
import { SystemClock } from "../runtime/clock.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import type { CommandContext, Run } from "./command.ts";
import { commandLog } from "./command-log.ts";
import { findingLines, jsonLines, sumLine } from "./doctor/render.ts";
import { natsSettingsOf, openBus, subjectsFor } from "./nats-link.ts";
import { paintFor } from "./paint.ts";
import { quietLog } from "./quiet-log.ts";
import { streamPlansOf } from "./stream-settings.ts";

type DoctorSettings = SettingsOf<"doctor">;

/** As the server lists us. */
const NAME = "backbeat-doctor";

/** A wait that is short enough is not worth a word. */
const SAID_AFTER_MS = 500;

export const run: Run<"doctor"> = async (settings, context) => {
  const log = quietLog(commandLog(settings, context));
  const bus = openBus(settings, { name: NAME, log });
  try {
    await linked(bus, settings, context);
    const first = bus.connected
      ? await examine(bus, { log, plans: streamPlansOf(settings, subjectsFor(settings)) })
      : [notReached(bus, settings)];
    const certificates = await examineCertificates(natsSettingsOf(settings, NAME), bus.connected);
    const isNew = ({ found }: Finding) => first.every((other) => other.found !== found);
    return show([...first, ...certificates.filter(isNew)], settings, context);
  } finally {
    await bus.close();
  }
};

/** Resolves when there is a link, or none came in time. */
function linked(bus: NatsBus, { waitSeconds }: DoctorSettings, { stderr }: CommandContext): Promise<void> {
  const clock = new SystemClock();
  return new Promise((resolve) => {
    const saying = clock.after(SAID_AFTER_MS, () => {
      if (waitSeconds * 1_000 > SAID_AFTER_MS) stderr.write(`waiting for NATS, at most ${waitSeconds} s\n`);
    });
    const end = () => {
      saying.cancel();
      givingUp.cancel();
      resolve();
    };
    const givingUp = clock.after(waitSeconds * 1_000, end);
    bus.onLink((link) => {
      if (link === "restored") end();
    });
    if (bus.connected) end();
  });
}

function notReached(bus: NatsBus, { waitSeconds }: DoctorSettings): Finding {
  return {
    check: "server",
    level: "problem",
    found: bus.state.failure ?? `NATS was not reached for ${waitSeconds} s`,
    means: "nothing else could be looked at",
    fix: "check --nats and the credentials, or --data-dir of the `backbeat up` that keeps a server",
  };
}

function show(
  findings: readonly Finding[],
  { json }: DoctorSettings,
  { colour, stdout }: CommandContext,
): number {
  const paint = paintFor(colour.stdout);
  const lines = json
    ? jsonLines(findings)
    : [...findings.flatMap((finding) => findingLines(finding, paint)), "", sumLine(findings)];
  stdout.write(`${lines.join("\n")}\n`);
  return findings.some(({ level }) => level === "problem") ? 1 : 0;
}
