import { describe, expect, it } from "vitest";
import { answerClientError } from "./client-failure.ts";

function answerTo(code: string, writable = true) {
  const socket = {
    writable,
    destroyed: false,
    text: "",
    end(text: string, done: () => void) {
      socket.text = text;
      done();
    },
    destroy: () => {
      socket.destroyed = true;
    },
  };
  answerClientError(Object.assign(new Error("broken"), { code }), socket);
  return socket;
}

describe("Client failure", () => {
  it.each([
    ["ERR_HTTP_REQUEST_TIMEOUT", "408 Request Timeout", "request timeout"],
    ["HPE_HEADER_OVERFLOW", "431 Request Header Fields Too Large", "headers too large"],
    ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "413 Payload Too Large", "body too large"],
    ["HPE_INVALID_METHOD", "400 Bad Request", "bad request"],
  ])("answers %s with %s in JSON and closes", (code, line, error) => {
    const { text, destroyed } = answerTo(code);
    const [head = "", body = ""] = text.split("\r\n\r\n");
    expect(head.split("\r\n")[0]).toBe(`HTTP/1.1 ${line}`);
    expect(head).toContain("x-content-type-options: nosniff");
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toMatchObject({ error });
    expect(destroyed).toBe(true);
  });

  it.each([
    ["ECONNRESET", true],
    ["HPE_INVALID_METHOD", false],
  ])("says nothing to a socket that hears nothing (%s, writable %s)", (code, writable) => {
    const { text, destroyed } = answerTo(code, writable);
    expect(text).toBe("");
    expect(destroyed).toBe(true);
  });
});
