/** An agent's story: what it does, for whom it waits, who waits for it, its tasks, its beats. Kept fresh while it is open. */
import { useSignal } from "@preact/signals";
import { CycleGraph } from "../issues/cycle-graph.tsx";
import { useFresh } from "../page/fresh.ts";
import { beat, closeDetail, openAgent } from "../page/store.ts";
import { Time } from "../page/time.tsx";
import { Mark } from "../score/mark.tsx";
import type { Answer } from "../wire/ask.ts";
import type { AgentState, AgentStory, Presence } from "../wire/types.ts";
import { countText, numberText, percentText } from "../words/numbers.ts";
import { PRESENCE_MEANINGS, STATE_MEANINGS, TROUBLE_WORDS } from "../words/states.ts";
import { stretchesOf } from "./history.ts";

type Asked = AgentStory | "forgotten" | undefined;

export function Story({ agentId }: { readonly agentId: string }) {
  const story = useStory(agentId);
  return (
    <section class="panel detail" aria-labelledby="detail-title">
      <header class="detail-head">
        <h2 id="detail-title" class="agent-name">
          {agentId}
        </h2>
        <button type="button" class="quiet" onClick={closeDetail} title="Close (Esc)">
          <span aria-hidden="true">×</span>
          <span class="unseen">Close</span>
        </button>
      </header>
      {story === undefined && <p class="empty-note">Reading its story …</p>}
      {story === "forgotten" && (
        <p class="empty-note">No such agent now: it never claimed, or not for two bars, and was forgotten.</p>
      )}
      {typeof story === "object" && <Told story={story} />}
    </section>
  );
}

/** Asked again with each beat. */
function useStory(agentId: string): Asked {
  const asked = useSignal<Asked>(undefined);
  const take = (answer: Answer<AgentStory>): void => {
    if (answer.kind === "answer") asked.value = answer.body;
    else if (answer.kind === "refused" && answer.status === 404) asked.value = "forgotten";
  };
  useFresh({ path: `/api/v1/agents/${agentId}`, take }, beat.value?.beat_index);
  return asked.value;
}

function Told({ story }: { readonly story: AgentStory }) {
  const { presence, state, trouble } = story;
  return (
    <>
      <p class="story-now">
        <Mark state={state} /> <b>{state}</b> <span class="soft">{STATE_MEANINGS[state]}</span>
      </p>
      <p>
        <b>{presence}</b> <span class="soft">{PRESENCE_MEANINGS[presence]}</span>
      </p>
      {trouble !== "none" && trouble !== state && (
        <p class="bad">
          <b>{TROUBLE_WORDS[trouble][0]}</b>: {TROUBLE_WORDS[trouble][1].replace(/^their/, "its")}
        </p>
      )}
      <LastClaim story={story} />
      <Waits story={story} />
      <Tasks tasks={story.tasks} />
      <History story={story} />
      <p>
        <a href={`/api/v1/agents/${story.agent_id}`} target="_blank" rel="noreferrer">
          the raw JSON
        </a>
      </p>
    </>
  );
}

function LastClaim({ story }: { readonly story: AgentStory }) {
  const { age_beats, beat_index, beats_left, claims_count, next_beat, notes, progress, task_id } = story;
  const ago = age_beats === 0 ? "this beat" : `${countText(age_beats, "beat")} ago`;
  return (
    <>
      <h3>Last claim</h3>
      <dl class="figures">
        <Figure name="task">{task_id ?? "none"}</Figure>
        {progress !== null && (
          <Figure name="progress">
            <progress max="1" value={progress} aria-label="progress" /> {percentText(progress)}
          </Figure>
        )}
        {beats_left !== null && <Figure name="beats left">{beats_left}</Figure>}
        <Figure name="for beat">
          {numberText(beat_index)} <span class="soft">{ago}</span>
        </Figure>
        <Figure name="arrived">
          <Time at={story.last_claim_at} />
        </Figure>
        {next_beat !== null && <Figure name="next claim due">beat {numberText(next_beat)}</Figure>}
        <Figure name="claims in that bar">{numberText(claims_count)}</Figure>
      </dl>
      {notes !== null && <p class="notes">“{notes}”</p>}
    </>
  );
}

function Figure({ children, name }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Waits({
  story: { cycle, waited_for_by, waited_for_by_count, waits_for },
}: {
  readonly story: AgentStory;
}) {
  if (waits_for.length === 0 && waited_for_by_count === 0) return null;
  const edges = cycle?.map((id, place) => [id, cycle[(place + 1) % cycle.length] ?? id] as const);
  return (
    <>
      {waits_for.length > 0 && (
        <>
          <h3>Waits for, or helps</h3>
          <ul class="agents">
            {waits_for.map(({ agent_id, presence, state }) => (
              <Other key={agent_id} id={agent_id} state={state} presence={presence} />
            ))}
          </ul>
        </>
      )}
      {waited_for_by_count > 0 && (
        <>
          <h3>{countText(waited_for_by_count, "agent")} blocked on it</h3>
          <ul class="agents">
            {waited_for_by.map((id) => (
              <Other key={id} id={id} state={null} presence={null} />
            ))}
          </ul>
        </>
      )}
      {cycle !== null && edges !== undefined && (
        <>
          <h3>In a circle</h3>
          <CycleGraph cycle={cycle} edges={edges} />
        </>
      )}
    </>
  );
}

interface OtherProps {
  readonly id: string;
  readonly state: AgentState | null;
  readonly presence: Presence | null;
}

function Other({ id, presence, state }: OtherProps) {
  return (
    <li>
      <button type="button" class="link-button" onClick={() => openAgent(id)}>
        {id}
      </button>{" "}
      {state !== null && (
        <>
          <Mark state={state} /> {state}
        </>
      )}{" "}
      <span class="soft">{presence}</span>
    </li>
  );
}

function Tasks({ tasks }: { readonly tasks: AgentStory["tasks"] }) {
  if (tasks.length === 0) return null;
  return (
    <>
      <h3>Tasks of this bar</h3>
      <ul class="agents">
        {tasks.map(({ state, task_id }) => (
          <li key={`${task_id} ${state}`}>
            {task_id ?? "no task"} <span class="soft">{state}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function History({ story: { cells } }: { readonly story: AgentStory }) {
  if (cells === null) return null;
  const stretches = stretchesOf(cells.from_beat, cells.letters);
  if (stretches.length === 0) return null;
  return (
    <>
      <h3>Its beats, newest first</h3>
      <table class="history">
        <tbody>
          {stretches.map(({ fromBeat, state, toBeat }) => (
            <tr key={fromBeat}>
              <th scope="row">{fromBeat === toBeat ? fromBeat : `${fromBeat}–${toBeat}`}</th>
              <td>
                {state === undefined ? (
                  <span class="soft">no claim seen</span>
                ) : (
                  <>
                    <Mark state={state} /> {state}
                  </>
                )}
              </td>
              <td class="number soft">{countText(toBeat - fromBeat + 1, "beat")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
