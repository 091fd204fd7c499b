/** One golden sample, as samples/index.json lists it. */
export interface Sample {
  /** Below `samples/`; it holds one message. */
  readonly file: string;
  /** First part of the schema's file name. */
  readonly kind: "beatframe" | "statusclaim" | "barreport";
  /** What a strict reader says of it. */
  readonly valid: boolean;
  /** Of an invalid one: why a strict reader refuses it. */
  readonly reason?: string;
  /** Of an invalid one: JSON pointer of the member at fault, "" for the whole message. */
  readonly member?: string;
  /** Of an invalid one: what the lenient reading does with it. */
  readonly lenient?: "accepted" | "refused";
  /** What the lenient reading bends in it. */
  readonly bends?: readonly string[];
  /** True where the schema alone allows it: the limit is one of readers. */
  readonly beyond_schema?: true;
}

export interface Disagreement {
  readonly file: string;
  readonly expected: "accepted" | "refused";
  readonly observed: "accepted" | "refused";
}

/** Every golden sample, as samples/index.json lists it. */
export declare const samples: readonly Sample[];

/** The bytes of a sample's one message. */
export declare function bodyOf(sample: Sample): Uint8Array;

/** The samples that a reader judges otherwise than BACKBEAT does; none when it conforms. */
export declare function disagreements(
  accepts: (body: Uint8Array, sample: Sample) => boolean | Promise<boolean>,
  options?: { readonly mode?: "strict" | "lenient" | "schema" },
): Promise<Disagreement[]>;
