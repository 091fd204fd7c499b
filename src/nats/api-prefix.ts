/**
 * What the subjects of the JetStream API begin with, without a dot at the end.
 *
 * A server with JetStream answers on `$JS.API`, and on `$JS.{domain}.API` where its JetStream has a domain. A leafnode
 * passes only the second one on to its hub. An account that imports the API of another may give it any name.
 */
import { BackbeatError } from "../errors.ts";

/** Of the JetStream of the server that we are connected to. */
export const OWN_API_PREFIX = "$JS.API";

/** Where JetStream is, if it is not that of the server that we are connected to. At most one of both is given. */
export interface JetStreamPlace {
  /** JetStream domain, such as that of the hub behind a leafnode; default: that of the server. */
  readonly jsDomain?: string | undefined;
  /** What subjects of the API begin with, where an account imports them; default `$JS.API`. */
  readonly jsApiPrefix?: string | undefined;
}

/** As nats-server takes it: one token of a subject. */
const DOMAIN_PATTERN = /^[^\s.*>]+$/;

/** As a subject, without wildcards and blanks. */
const PREFIX_PATTERN = /^[^\s*>.]+(\.[^\s*>.]+)*$/;

/** @throws BackbeatError `bad-config` where both are given, or one cannot be */
export function apiPrefixOf({ jsApiPrefix, jsDomain }: JetStreamPlace): string {
  if (jsDomain !== undefined && jsApiPrefix !== undefined)
    throw cannot("both a domain and an API prefix are given, expected one of them");
  if (jsDomain !== undefined && !DOMAIN_PATTERN.test(jsDomain))
    throw cannot(
      `the domain is ${JSON.stringify(jsDomain)}, expected a name without dots, wildcards and blanks`,
    );
  if (jsApiPrefix !== undefined && !PREFIX_PATTERN.test(jsApiPrefix))
    throw cannot(
      `the API prefix is ${JSON.stringify(jsApiPrefix)}, expected a subject without wildcards and blanks, such as JS.hub.API`,
    );
  return jsApiPrefix ?? (jsDomain === undefined ? OWN_API_PREFIX : `$JS.${jsDomain}.API`);
}

function cannot(why: string): BackbeatError {
  return new BackbeatError("bad-config", `Cannot use JetStream: ${why}`);
}
