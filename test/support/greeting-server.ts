/** What a client meets on a port, as far as its greeting and pings: a server that greets, stands still, or hangs up. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** `greets` answers as nats-server does; `silent` accepts and says nothing; `hangs-up` ends each connection at once. */
type Manner = "greets" | "silent" | "hangs-up";

export class GreetingServer implements AsyncDisposable {
  manner: Manner;
  /** What it names as the servers of its cluster, `host:port`. */
  connectUrls: readonly string[] = [];
  /** Connections that were made to it, ever. */
  accepted = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(manner: Manner) {
    this.manner = manner;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** On a free port of this machine. */
  static async start(manner: Manner): Promise<GreetingServer> {
    const started = new GreetingServer(manner);
    await new Promise<void>((resolve) => started.#server.listen(0, "127.0.0.1", resolve));
    return started;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections; it goes on listening. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.accepted += 1;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
    if (this.manner === "hangs-up") socket.destroy();
    if (this.manner !== "greets") return;
    const info = {
      server_id: "N",
      version: "2.9.10",
      max_payload: 1_000_000,
      connect_urls: this.connectUrls,
    };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on("data", (chunk) => {
      const pings = chunk.toString().match(/PING\r\n/g) ?? [];
      if (pings.length > 0) socket.write("PONG\r\n".repeat(pings.length));
    });
  }
}
