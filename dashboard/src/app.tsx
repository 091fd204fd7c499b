/** The page: header, what has to be said, the score, and beside it what is wrong, the bars, and what was opened. */
import { Story } from "./agent/story.tsx";
import { BarDetail } from "./bars/bar-detail.tsx";
import { BarsSection } from "./bars/bars-section.tsx";
import { Header } from "./header/header.tsx";
import { Notice } from "./header/notice.tsx";
import { Help } from "./help/help.tsx";
import { IssuesSection } from "./issues/issues-section.tsx";
import { link, view } from "./page/store.ts";
import { Score } from "./score/score.tsx";

export function App() {
  const { agent, bar } = view.value;
  return (
    <div class="page" data-link={link.value.kind} data-detail={agent !== undefined || bar !== undefined}>
      <Header />
      <Notice />
      <main class="main">
        <Score />
        {agent !== undefined && <Story key={agent} agentId={agent} />}
        {bar !== undefined && <BarDetail key={bar} windowId={bar} />}
        <aside class="side" aria-label="Issues and bars">
          <IssuesSection />
          <BarsSection />
        </aside>
      </main>
      <Help />
    </div>
  );
}
