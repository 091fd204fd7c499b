/** What a message carries beside its body, as nats.js takes it. */
import { type PublishOptions as NatsPublishOptions, headers as newHeaders } from "@nats-io/transport-node";
import type { PublishOptions } from "../ports.ts";

export function publishOptions({ headers, replyTo }: PublishOptions): NatsPublishOptions {
  const options: NatsPublishOptions = {};
  if (replyTo !== undefined) options.reply = replyTo;
  if (headers === undefined) return options;
  options.headers = newHeaders();
  for (const [name, value] of Object.entries(headers)) options.headers.set(name, value);
  return options;
}
