/** What has to be said above everything else: that the page is not live, that there is no beat, what is wrong with reverb. */
import { tryNow } from "../page/feed.ts";
import { link, nowMs, place, status } from "../page/store.ts";
import { Time } from "../page/time.tsx";
import { alarmTodo, noticeOf } from "./health.ts";

export function Notice() {
  const notice = noticeOf({
    link: link.value,
    nowMs: nowMs.value,
    wallMs: Date.now(),
    status: status.value,
    place: place.value,
  });
  if (notice === undefined) return null;
  return (
    <div class="notice" data-kind={notice.kind} role={notice.kind === "warning" ? "status" : "alert"}>
      <p>
        <b>{notice.text}</b> <span>{notice.todo}</span>
      </p>
      {notice.kind === "lost" && (
        <button type="button" onClick={tryNow}>
          Try now
        </button>
      )}
      {notice.others.map(({ name, since, text }) => (
        <p key={text} class="notice-more">
          {text} <span>{alarmTodo(name)}</span>{" "}
          <span class="soft">
            since <Time at={since} />
          </span>
        </p>
      ))}
    </div>
  );
}
