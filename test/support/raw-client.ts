/** A TCP client that sends what it likes, for tests of limits that a well-behaved client never meets. */
import { connect, type Socket } from "node:net";
import { waitFor } from "./wait-for.ts";

export interface RawClient {
  /** Everything that has come back so far. */
  readonly received: string;
  /** True once the server has ended or cut the connection. */
  readonly closed: boolean;
  send(text: string): void;
  /** Resolves with all that came back, once the server has closed the connection. */
  untilClosed(deadlineMs?: number): Promise<string>;
  /** Cuts the connection from this side. */
  cut(): void;
}

/** Connects; resolves when the connection stands. */
export async function rawClient(port: number, host = "127.0.0.1"): Promise<RawClient> {
  const socket: Socket = connect(port, host);
  let received = "";
  let closed = false;
  let connected = false;
  socket.setEncoding("utf8");
  socket.on("connect", () => {
    connected = true;
  });
  socket.on("data", (text: string) => {
    received += text;
  });
  // A reset is one of the ways in which a server closes.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    closed = true;
  });
  await waitFor("a connection", () => connected || closed);
  return {
    get received() {
      return received;
    },
    get closed() {
      return closed;
    },
    send: (text) => void socket.write(text),
    untilClosed: async (deadlineMs) => {
      await waitFor("the server to close the connection", () => closed, deadlineMs);
      return received;
    },
    cut: () => void socket.destroy(),
  };
}
