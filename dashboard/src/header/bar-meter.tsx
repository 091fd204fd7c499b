/**
 * Where in the bar we are: its three phases, and a needle. It moves twice a second and does not glide: a page that is
 * open all day must not draw sixty times a second for that.
 */
import { beat, place } from "../page/store.ts";
import { countText, numberText } from "../words/numbers.ts";
import { phaseBeats } from "./phases.ts";

export function BarMeter() {
  const now = beat.value;
  const at = place.value;
  if (now === undefined || at === undefined)
    return (
      <div class="meter">
        <p class="meter-text">waiting for a beat</p>
        <div class="meter-track" />
      </div>
    );
  const { bar_length: length, beat_index: index, phase } = now;
  const overdue =
    at.pace === "on time" ? "" : ` · next beat overdue by ${Math.floor(at.overdueMs / 1_000)} s`;
  const part = Math.min(1, (at.beatOfBar - 1 + at.part) / length);
  return (
    <div class="meter" data-pace={at.pace}>
      <p class="meter-text">
        <b>beat {numberText(index)}</b>
        <span>
          {at.beatOfBar} of {length}
        </span>
        <span class="meter-phase">{phase}</span>
        <span class="meter-overdue">{overdue}</span>
      </p>
      <div class="meter-track">
        {phaseBeats(length).map(({ beats, name }) => (
          <span
            key={name}
            class="meter-part"
            data-now={name === phase}
            style={{ flexGrow: beats }}
            title={`${name}: ${countText(beats, "beat")}`}
          />
        ))}
        <span class="meter-needle" style={{ left: `${100 * part}%` }} />
      </div>
    </div>
  );
}
