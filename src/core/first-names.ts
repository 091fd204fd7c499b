/** The first names of a crowd, in order, without sorting the crowd. */
import { compare } from "./wait-graph.ts";

/** State: the `limit` smallest of the names that were added. The same whatever the order of adding. */
export class FirstNames {
  readonly #limit: number;
  readonly #names: string[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many names were added. */
  get count(): number {
    return this.#count;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  add(name: string): void {
    this.#count += 1;
    const last = this.#names.at(-1);
    if (this.#names.length === this.#limit && last !== undefined && compare(name, last) >= 0) return;
    let at = this.#names.length;
    while (at > 0 && compare(this.#names[at - 1] ?? "", name) > 0) at -= 1;
    this.#names.splice(at, 0, name);
    if (this.#names.length > this.#limit) this.#names.pop();
  }
}
