/** The first names of a crowd, in order, without sorting the crowd. */

/** State: the `limit` smallest of the names that were added. The same whatever the order of adding; by UTF-16 code unit, as `compare`. */
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
    const names = this.#names;
    const isFull = names.length >= this.#limit;
    if (isFull && (this.#limit === 0 || name >= (names[this.#limit - 1] as string))) return;
    if (isFull) names.pop();
    names.splice(this.#placeOf(name), 0, name);
  }

  /** By halves: names may come in the worst order, and a million of them. */
  #placeOf(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#names[middle] as string) <= name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
