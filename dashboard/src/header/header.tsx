/** The first line of the page: which cluster, where in the bar, how fast, who leads, what is promised, how it stands. */
import type { ComponentChildren } from "preact";
import { openHelp } from "../help/help.tsx";
import type { LinkState } from "../link/stream.ts";
import { settings } from "../page/settings.ts";
import { agentsCount, beat, clusterId, lastBar, link, live, place, status, tempo } from "../page/store.ts";
import { nextTheme, THEME_WORDS } from "../page/theme.ts";
import { numberText } from "../words/numbers.ts";
import { BarMeter } from "./bar-meter.tsx";
import { healthLine } from "./health.ts";

export function Header() {
  return (
    <header class="header">
      <h1 class="brand">
        <svg viewBox="0 0 20 16" width="20" height="16" aria-hidden="true">
          <path d="M1 3h6M5 8h9M1 13h4" class="brand-notes" />
          <path d="M18 1v14" class="brand-bar" />
        </svg>
        <span class="brand-name">Backbeat</span>
        <span class="brand-cluster">{clusterId.value}</span>
      </h1>
      <BarMeter />
      <dl class="facts">
        <Tempo />
        <Fact name="Leader" title={leaderTitle()}>
          {beat.value?.leader ?? "none known"}
        </Fact>
        <Fact name="Durability" title={status.value?.durability_reason ?? undefined}>
          {status.value?.durability ?? "…"}
        </Fact>
        <Fact name="Agents" title="Agents that have claimed in the last bars">
          {agentsText()}
        </Fact>
      </dl>
      <div class="header-end">
        <Health />
        <Link state={link.value} />
        <button type="button" class="quiet" onClick={nextTheme} title="Colours of the page (t)">
          <span aria-hidden="true">◐</span> <span class="wide-only">{THEME_WORDS[settings.value.theme]}</span>
          <span class="unseen">colours: {THEME_WORDS[settings.value.theme]}</span>
        </button>
        <button type="button" class="quiet" onClick={openHelp} title="Keys and signs (?)">
          <span aria-hidden="true">?</span>
          <span class="unseen">Keys and signs</span>
        </button>
      </div>
    </header>
  );
}

interface FactProps {
  readonly name: string;
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}

function Fact({ children, name, title }: FactProps) {
  return (
    <div class="fact" title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Tempo() {
  const bpm = beat.value?.tempo_bpm;
  const next = tempo.value;
  const from = next?.next_from_beat;
  return (
    <Fact name="Tempo">
      {bpm === undefined ? "…" : `${numberText(bpm)} BPM`}
      {typeof next?.next_tempo_bpm === "number" && (
        <span class="soft">
          {" → "}
          {numberText(next.next_tempo_bpm)}
          {typeof from === "number" && ` at beat ${numberText(from)}`}
        </span>
      )}
    </Fact>
  );
}

function leaderTitle(): string | undefined {
  const publisher = beat.value?.publisher;
  return publisher == null ? undefined : `Beats are published by ${publisher}, epoch ${beat.value?.epoch}`;
}

function agentsText(): string {
  const known = live.value?.agents ?? agentsCount.value;
  const expected = status.value?.expected_agents;
  return expected == null ? numberText(known) : `${numberText(known)} of ${numberText(expected)}`;
}

const LEVEL_SIGNS = { good: "●", warning: "▲", bad: "■", unknown: "○" } as const;

function Health() {
  const issues = lastBar.value?.report.issues ?? [];
  const { level, text } = healthLine({
    link: link.value,
    status: status.value,
    place: place.value,
    issues,
  });
  return (
    <p class="health" data-level={level} role="status">
      <span aria-hidden="true">{LEVEL_SIGNS[level]}</span> {text}
    </p>
  );
}

const LINK_WORDS: Readonly<Record<LinkState["kind"], string>> = {
  connecting: "connecting …",
  live: "live",
  lost: "not live",
};

function Link({ state }: { readonly state: LinkState }) {
  return (
    <p class="link" data-kind={state.kind}>
      <span class="link-dot" aria-hidden="true" /> {LINK_WORDS[state.kind]}
    </p>
  );
}
