/**
 * The bytes of a snapshot: sections one after the other, each with its length before it.
 *
 * Small things are JSON; columns are their bytes, cut to the rows in use; lists go in chunks, so that no section
 * takes long to make. All numbers are little-endian, as on every machine that runs Node. Checksums are the file's
 * concern (runtime/checkpoint-file.ts); here a section that does not fit is an error, never a guess.
 */
import { BackbeatError, messageOf } from "../errors.ts";
import type { Column } from "./columns.ts";

/** Values of a list in one section: some milliseconds of work. */
const LIST_CHUNK = 4_096;

/** Bytes of a column in one section. */
const COLUMN_CHUNK_BYTES = 1 << 20;

interface ColumnType<C extends Column> {
  new (length: number): C;
  readonly BYTES_PER_ELEMENT: number;
}

const LENGTH_BYTES = 4;
const text = new TextEncoder();

/** Pieces of bytes, each a bounded amount of work. */
export type Pieces = Generator<Uint8Array, void, undefined>;

/** A value that JSON can hold. */
export function* jsonPieces(value: unknown): Pieces {
  yield section(text.encode(JSON.stringify(value)));
}

/** The first `rows` places of a column. */
export function* columnPieces(column: Column, rows: number): Pieces {
  const end = Math.min(rows, column.length) * column.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(column.buffer, column.byteOffset, end);
  yield* jsonPieces(end);
  for (let at = 0; at < end; at += COLUMN_CHUNK_BYTES)
    yield section(bytes.subarray(at, at + COLUMN_CHUNK_BYTES));
}

/** The first `count` values of a list; undefined is kept, other values must be JSON. */
export function* listPieces(list: readonly unknown[], count: number): Pieces {
  yield* jsonPieces(count);
  for (let at = 0; at < count; at += LIST_CHUNK)
    yield* jsonPieces(list.slice(at, Math.min(count, at + LIST_CHUNK)).map((value) => value ?? null));
}

/** The first `count` lists of numbers: lengths first, then all numbers in a row. JSON would be thrice as long. */
export function* numberListPieces(lists: readonly (readonly number[] | undefined)[], count: number): Pieces {
  yield* jsonPieces(count);
  for (let at = 0; at < count; at += LIST_CHUNK) {
    const chunk = lists.slice(at, Math.min(count, at + LIST_CHUNK));
    // 0 is no list; a list of n numbers is n + 1.
    const lengths = Uint32Array.from(chunk, (numbers) => (numbers === undefined ? 0 : numbers.length + 1));
    const numbers = new Float64Array(chunk.reduce((sum, list) => sum + (list?.length ?? 0), 0));
    let place = 0;
    for (const list of chunk) {
      if (list === undefined) continue;
      numbers.set(list, place);
      place += list.length;
    }
    yield section(new Uint8Array(lengths.buffer));
    yield section(new Uint8Array(numbers.buffer));
  }
}

function section(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(LENGTH_BYTES + bytes.length);
  new DataView(whole.buffer).setUint32(0, bytes.length, true);
  whole.set(bytes, LENGTH_BYTES);
  return whole;
}

/** Reads what the pieces above wrote, in the same order. @throws BackbeatError `bad-file` from every method */
export class SnapshotReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Trusted to have the shape that was written: the checksum over the file is what vouches for it. */
  json<T>(): T {
    const section = this.#section();
    try {
      return JSON.parse(new TextDecoder().decode(section)) as T;
    } catch (cause) {
      throw unreadable(`a section is not JSON: ${messageOf(cause)}`);
    }
  }

  /** Into a column of that type with room for at least `rowsMin`. */
  column<C extends Column>(type: ColumnType<C>, rowsMin: number): C {
    const byteLength = this.#count();
    const column = new type(Math.max(rowsMin, Math.ceil(byteLength / type.BYTES_PER_ELEMENT)));
    const bytes = new Uint8Array(column.buffer);
    for (let at = 0; at < byteLength; ) {
      const section = this.#section();
      if (section.length === 0 || at + section.length > byteLength) throw unreadable("a column is too long");
      bytes.set(section, at);
      at += section.length;
    }
    return column;
  }

  list<T>(): (T | undefined)[] {
    const count = this.#count();
    const list: (T | undefined)[] = [];
    while (list.length < count) {
      const chunk = this.json<(T | null)[]>();
      if (!Array.isArray(chunk) || chunk.length === 0) throw unreadable("a list is too short");
      for (const value of chunk) list.push(value ?? undefined);
    }
    return list;
  }

  numberLists(): (number[] | undefined)[] {
    const count = this.#count();
    const lists: (number[] | undefined)[] = [];
    while (lists.length < count) {
      const lengths = this.#numbers(Uint32Array);
      const numbers = this.#numbers(Float64Array);
      if (lengths.length === 0) throw unreadable("a list is too short");
      let place = 0;
      for (const length of lengths) {
        lists.push(length === 0 ? undefined : Array.from(numbers.subarray(place, place + length - 1)));
        place += Math.max(0, length - 1);
      }
      if (place !== numbers.length) throw unreadable("lengths and numbers of a list differ");
    }
    return lists;
  }

  /** Nothing must be left. */
  end(): void {
    if (this.#at !== this.#bytes.length)
      throw unreadable(`${this.#bytes.length - this.#at} bytes are left over`);
  }

  /** A section of its own buffer, for numbers must lie at multiples of their size. */
  #numbers<C extends Column>(type: ColumnType<C>): C {
    const section = this.#section();
    if (section.length % type.BYTES_PER_ELEMENT !== 0) throw unreadable("a list of numbers is cut");
    const column = new type(section.length / type.BYTES_PER_ELEMENT);
    new Uint8Array(column.buffer).set(section);
    return column;
  }

  #count(): number {
    const count = this.json<unknown>();
    if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0 && count <= this.#bytes.length)
      return count;
    throw unreadable("a length is none");
  }

  #section(): Uint8Array {
    if (this.#at + LENGTH_BYTES > this.#bytes.length) throw unreadable("it ends too early");
    const from = this.#at + LENGTH_BYTES;
    const to = from + this.#view.getUint32(this.#at, true);
    if (to > this.#bytes.length) throw unreadable("it ends too early");
    this.#at = to;
    return this.#bytes.subarray(from, to);
  }
}

function unreadable(why: string): BackbeatError {
  return new BackbeatError(
    "bad-file",
    `Cannot restore the state: ${why}, expected a snapshot of this program`,
  );
}
