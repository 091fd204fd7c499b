/** One JSON object as one line that a terminal can take. Pure. */

/** Without end of line. Control characters that JSON allows but a terminal obeys are escaped. */
export function jsonText(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
