/** A link that a test can cut and mend, or that is long: a relay on a port of its own. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to a port that can be cut: who comes while it is cut is sent away. `answersAfterMs` is how much later than sent
 * all that comes back arrives, in order; default 0.
 */
export async function wayTo(port: number, { answersAfterMs = 0 } = {}) {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    if (isCut) {
      socket.destroy();
      return;
    }
    const onward = connect(port, "127.0.0.1");
    onward.on("error", () => undefined);
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
    socket.pipe(onward);
    if (answersAfterMs === 0) onward.pipe(socket);
    else onward.on("data", (chunk) => void setTimeout(() => socket.write(chunk), answersAfterMs));
    open.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
    open.clear();
  };
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
