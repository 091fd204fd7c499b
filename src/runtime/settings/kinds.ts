/**
 * The kinds of value that a setting can have: how a text becomes a value, and what is expected of it.
 *
 * A kind answers, it does not throw: `undefined` means that the text is no such value, and the mistake is told
 * together with all the others (config.ts).
 */

/** Reads texts of one kind. The same reader serves flags, environment and config file. */
export interface Kind<T> {
  /** How a value is written in help: `<beats>`; empty for a switch. */
  readonly placeholder: string;
  /** Completes "expected …". */
  readonly expected: string;
  /** A flag without a value means true. */
  readonly isSwitch?: boolean;
  /** Undefined: not such a value. */
  parse(text: string): T | undefined;
  /** As it would be written; default `String`. */
  format?(value: T): string;
}

/** Where something listens. Port 0 takes any free port. */
export interface HostPort {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A text that fits `pattern`. */
export function text(placeholder: string, expected: string, pattern = /\S/): Kind<string> {
  return { placeholder, expected, parse: (value) => (pattern.test(value) ? value : undefined) };
}

/** A path; whether it exists is found out by whoever uses it. */
export function path(placeholder: string): Kind<string> {
  return text(placeholder, "a path");
}

/** A whole number from `min` to `max`. */
export function integer(placeholder: string, limits: { readonly min: number; readonly max: number }) {
  const { min, max } = limits;
  const kind: Kind<number> = {
    placeholder,
    expected: `a whole number from ${min} to ${max}`,
    parse: (value) => {
      const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
  return kind;
}

/** A number from `min` to `max` in steps of `1 / parts` (10: tenths). */
export function decimal(
  placeholder: string,
  limits: { readonly min: number; readonly max: number; readonly parts: number },
) {
  const { min, max, parts } = limits;
  const steps = parts === 1 ? "" : ` in steps of ${(1 / parts).toFixed(Math.ceil(Math.log10(parts)))}`;
  const kind: Kind<number> = {
    placeholder,
    expected: `a number from ${min} to ${max}${steps}`,
    parse: (value) => {
      if (!/^\d{1,9}(\.\d{1,9})?$/.test(value)) return undefined;
      // Exact steps: 0.3 is three tenths although 0.3 * 10 is not 3 in floats.
      const count = Math.round(Number(value) * parts);
      const onStep = Math.abs(Number(value) * parts - count) < 1e-6;
      const number = count / parts;
      return onStep && number >= min && number <= max ? number : undefined;
    },
  };
  return kind;
}

/** One of some words; case does not matter. */
export function choice<const Word extends string>(placeholder: string, words: readonly Word[]): Kind<Word> {
  return {
    placeholder,
    expected: `one of ${words.join(", ")}`,
    parse: (value) => words.find((word) => word === value.toLowerCase()),
  };
}

/** Several texts with commas between them; blanks around them are dropped, empty ones too. */
export function list(placeholder: string, expected: string, pattern: RegExp): Kind<readonly string[]> {
  return {
    placeholder,
    expected: `${expected}, with commas between them`,
    parse: (value) => {
      const items = value
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
      return items.length > 0 && items.every((item) => pattern.test(item)) ? items : undefined;
    },
    format: (items) => items.join(","),
  };
}

const SWITCH_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  yes: true,
  on: true,
  false: false,
  "0": false,
  no: false,
  off: false,
};

/** On or off: `--strict`, `--strict=false`, `BACKBEAT_STRICT=1`. */
export const onOff: Kind<boolean> = {
  placeholder: "",
  expected: "true or false",
  isSwitch: true,
  parse: (value) => SWITCH_WORDS[value.toLowerCase()],
};

/** Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:0`. */
export const hostPort: Kind<HostPort> = {
  placeholder: "<host:port>",
  expected: "host:port with a port from 0 to 65535, such as 127.0.0.1:8080 or 0.0.0.0:8080",
  parse: (value) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9._-]+)):(\d{1,5})$/.exec(value);
    const [, address, name, port] = match ?? [];
    const host = address ?? name;
    return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
  },
  format: ({ host, port }) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`),
};
