/**
 * Distinct claims at the cost of a few bytes each: a template whose digits are overwritten.
 *
 * The generator must be much cheaper than what it measures. Agent, beat and counter are patched in place; every
 * claim has its own HLC and progress, so no two bodies are equal within 2^32 claims.
 */
const HEX = [..."0123456789abcdef"].map((digit) => digit.charCodeAt(0));
const ZERO = "0".charCodeAt(0);

const AGENT_DIGITS = 7;
const BEAT_DIGITS = 10;

/** Makes bodies to send; each is a copy, for the client keeps what it was given until it is on the wire. */
export class ClaimTemplate {
  readonly #body: Buffer;
  readonly #agentAt: number;
  readonly #beatAt: number;
  readonly #hlcAt: number;
  readonly #progressAt: number;
  #counter = 0;

  constructor() {
    const text = JSON.stringify({
      type: "backbeat.statusclaim.v1",
      agent_id: `bench:${"0".repeat(AGENT_DIGITS)}`,
      task_id: "build:7f3a",
      beat_index: 1_000_000_000,
      state: "executing",
      beats_left: 12,
      progress: 0.123456,
      notes: "compiling module graph",
      hlc: "0000:0000:beef",
      resources: { cpu_percent: 42.5, memory_mb: 512 },
      metadata: { agent_version: "1.4.2" },
    });
    this.#body = Buffer.from(text);
    this.#agentAt = text.indexOf("bench:") + "bench:".length;
    this.#beatAt = text.indexOf("1000000000");
    this.#hlcAt = text.indexOf("0000:0000:");
    this.#progressAt = text.indexOf("123456");
  }

  get bytes(): number {
    return this.#body.length;
  }

  /** The next claim of an agent (0 … 9,999,999) for a beat of ten digits. */
  next(agent: number, beat: number): Uint8Array {
    const counter = this.#counter++;
    decimal(this.#body, { at: this.#agentAt, digits: AGENT_DIGITS, value: agent });
    decimal(this.#body, { at: this.#beatAt, digits: BEAT_DIGITS, value: beat });
    decimal(this.#body, { at: this.#progressAt, digits: 6, value: counter % 1_000_000 });
    hexadecimal(this.#body, this.#hlcAt, counter >>> 16);
    hexadecimal(this.#body, this.#hlcAt + 5, counter);
    return new Uint8Array(this.#body);
  }
}

interface Digits {
  readonly at: number;
  readonly digits: number;
  readonly value: number;
}

function decimal(body: Buffer, { at, digits, value }: Digits): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place -= 1) {
    body[place] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function hexadecimal(body: Buffer, at: number, value: number): void {
  for (let place = 0; place < 4; place += 1)
    body[at + place] = HEX[(value >>> (12 - 4 * place)) & 15] as number;
}
