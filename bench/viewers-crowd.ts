/** Viewers of the live score, all in a process of their own: each reads what it is sent, and nothing else. */
import { connect, type Socket } from "node:net";

/** Connect so many to this address; `0` closes all. */
export interface Seating {
  readonly url: string;
  readonly viewers: number;
}

/** What they saw until they were closed. */
export interface Seen {
  readonly bytes: number;
  readonly events: number;
}

let sockets: Socket[] = [];
let bytes = 0;
let events = 0;

process.on("message", async ({ url, viewers }: Seating) => {
  if (viewers === 0) {
    for (const socket of sockets) socket.destroy();
    const seen: Seen = { bytes, events };
    sockets = [];
    bytes = 0;
    events = 0;
    process.send?.(seen);
    return;
  }
  const { hostname, port } = new URL(url);
  const opened = Array.from({ length: viewers }, () => open(hostname, Number(port)));
  await Promise.all(opened);
  process.send?.({ opened: viewers });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });

/** Resolves when its stream has begun. */
function open(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => {
      socket.write("GET /api/v1/events HTTP/1.1\r\nhost: bench\r\n\r\n");
    });
    socket.on("error", reject);
    socket.on("data", (part: Buffer) => {
      bytes += part.length;
      for (let at = part.indexOf("\n\n"); at >= 0; at = part.indexOf("\n\n", at + 2)) events += 1;
      resolve();
    });
    sockets.push(socket);
  });
}
