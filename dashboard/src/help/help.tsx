/** Keys and signs: what can be pressed, and what is seen. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Mark } from "../score/mark.tsx";
import { STATE_ORDER } from "../wire/letters.ts";
import { STATE_MEANINGS } from "../words/states.ts";

const isOpen = signal(false);

export function openHelp(): void {
  isOpen.value = true;
}

const KEYS = [
  ["↑ ↓ Page Up/Down Home End", "go through the lanes, once the score has the focus"],
  ["← →", "go through the beats of a lane"],
  ["Enter", "open the story of the lane's agent"],
  ["Esc", "close what is open, or clear the filters"],
  ["/", "search an agent by its id"],
  ["s", "worst first, or by name"],
  ["g", "the fleet by group, or by agent"],
  ["+ −", "more or fewer bars on the page"],
  ["d", "height of the lanes"],
  ["t", "colours: as the system, light, dark"],
  ["?", "this"],
] as const;

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = isOpen.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
  }, [isShown]);
  const closed = () => {
    isOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={closed}>
      <h2 id="help-title">Keys and signs</h2>
      <table>
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr key={keys}>
              <th scope="row">{keys}</th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>In a cell: what an agent claimed for that beat</h3>
      <ul class="signs">
        {STATE_ORDER.map((state) => (
          <li key={state}>
            <Mark state={state} /> <b>{state}</b> {STATE_MEANINGS[state]}
          </li>
        ))}
        <li>
          <span class="sign sign-tie" /> no claim seen: the one before still holds
        </li>
        <li>
          <span class="sign sign-silence">···</span> no claim, though one was due: the agent is silent
        </li>
        <li>
          <span class="sign sign-barline" /> the barline grows thick when the report of its bar has come
        </li>
      </ul>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
