/** The dashboard: puts the page together and lets it run. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { healthLine } from "./header/health.ts";
import { startFeed, wantOtherLanes } from "./page/feed.ts";
import { listenToKeys } from "./page/keys.ts";
import { loadSettings } from "./page/settings.ts";
import { clusterId, lastBar, link, place, status, view } from "./page/store.ts";
import { followTheme } from "./page/theme.ts";
import { lanesWish, viewOf } from "./page/view.ts";
import "./style/tokens.css";
import "./style/page.css";
import "./style/header.css";
import "./style/score.css";
import "./style/panels.css";
import "./style/help.css";

loadSettings();
followTheme();
view.value = viewOf(location.hash);
addEventListener("popstate", () => {
  view.value = viewOf(location.hash);
});

const host = document.getElementById("page");
if (host !== null) render(<App />, host);
startFeed();
listenToKeys();

let wished = JSON.stringify([lanesWish(view.value), view.value.isGrouped]);
effect(() => {
  const wish = JSON.stringify([lanesWish(view.value), view.value.isGrouped]);
  if (wish === wished) return;
  wished = wish;
  wantOtherLanes();
});

// A tab that nobody looks at still says how it stands.
effect(() => {
  const issues = lastBar.value?.report.issues ?? [];
  const facts = { link: link.value, status: status.value, place: place.value, issues };
  const { level, text } = healthLine(facts);
  const cluster = clusterId.value === "" ? "Backbeat" : `${clusterId.value} · Backbeat`;
  document.title = level === "good" || status.value === undefined ? cluster : `${text} · ${cluster}`;
});
