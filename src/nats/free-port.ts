/** Which port of 127.0.0.1 an embedded server takes. */
import { type AddressInfo, createServer } from "node:net";
import { BackbeatError } from "../errors.ts";
import { DEFAULT_NATS_PORT } from "./address.ts";

const LOOPBACK = "127.0.0.1";

/**
 * The wanted port, or without a wish 4222 if it is free and else one that the system chooses. Another process may
 * still take it before nats-server does; the caller looks whether its own server answers.
 * @throws BackbeatError `port-in-use` when the wanted port is taken
 */
export async function choosePort(wanted: number | undefined): Promise<number> {
  const port = await bindable(wanted ?? DEFAULT_NATS_PORT);
  if (port !== undefined) return port;
  if (wanted === undefined) {
    const any = await bindable(0);
    if (any !== undefined) return any;
  }
  throw new BackbeatError(
    "port-in-use",
    `Cannot start nats-server: port ${wanted ?? "0"} of ${LOOPBACK} is taken, choose another or leave the choice to us`,
    { data: { port: wanted } },
  );
}

function bindable(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, LOOPBACK, () => {
      const bound = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(bound));
    });
  });
}
