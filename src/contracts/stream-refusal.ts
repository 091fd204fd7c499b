/**
 * Why a JetStream server does not store something, or does not make a stream or consumer: its own words, its code
 * (`err_code` of the answer), and what an operator does about it. Pure.
 *
 * One table for all programs: the log, alarms, /ready, `doctor`, `claim`, `exec` and the SDK say the same.
 */

/** `err_code` of answers that mean something to us. */
export const REFUSAL_CODES = {
  accountLimits: 10_002,
  temporarilyUnavailable: 10_008,
  consumerNotFound: 10_014,
  insufficientResources: 10_023,
  maximumConsumers: 10_026,
  maximumStreams: 10_027,
  insufficientMemory: 10_028,
  messageNotFound: 10_037,
  /** JetStream is off for this account. */
  offForAccount: 10_039,
  insufficientStorage: 10_047,
  /** The message is larger than the stream takes, now and always. */
  messageTooLarge: 10_054,
  streamNameInUse: 10_058,
  streamNotFound: 10_059,
  subjectsOverlap: 10_065,
  wrongLastSequence: 10_071,
  noSuitablePeers: 10_005,
  replicasNotSupported: 10_074,
  /** JetStream is off on this server. */
  off: 10_076,
  /** The store failed: the disk is full or cannot be written, or the stream is full. */
  storeFailed: 10_077,
  streamSealed: 10_109,
  maxBytesRequired: 10_113,
  streamOffline: 10_118,
  streamBytesExceeded: 10_122,
} as const;

/** A refusal of the server. */
export interface StreamRefusal {
  /** 0 where the server gave none. */
  readonly code: number;
  /** The server's words. */
  readonly text: string;
}

const SERVER_FULL =
  "its JetStream storage is used up: free disk space or raise max_file_store there, or give the streams less (--journal-max-bytes, --reports-max-bytes)";

const TRY_DOCTOR = "`backbeat doctor` shows what the server allows and what is used";

const ADVICE: Readonly<Record<number, string>> = {
  [REFUSAL_CODES.accountLimits]:
    "the account has reached its JetStream limits: raise them, or remove streams that nobody needs",
  [REFUSAL_CODES.temporarilyUnavailable]:
    "a cluster needs a majority of its JetStream servers: look which of them are down",
  [REFUSAL_CODES.insufficientResources]: SERVER_FULL,
  [REFUSAL_CODES.insufficientMemory]:
    "its JetStream memory is used up: raise max_memory_store there, or remove streams that are kept in memory",
  [REFUSAL_CODES.insufficientStorage]: SERVER_FULL,
  [REFUSAL_CODES.maximumConsumers]:
    "raise max_consumers of the account or the stream, or remove consumers that nobody needs",
  [REFUSAL_CODES.maximumStreams]: "raise max_streams of the account, or remove streams that nobody needs",
  [REFUSAL_CODES.messageTooLarge]: "send less, or raise max_msg_size of the stream",
  [REFUSAL_CODES.subjectsOverlap]:
    "another stream captures these subjects: remove them there, or give the cluster's subjects other names",
  [REFUSAL_CODES.noSuitablePeers]:
    "too few JetStream servers have room for it: start more servers, free disk space there, or ask for fewer replicas (--journal-replicas)",
  [REFUSAL_CODES.replicasNotSupported]:
    "one server keeps one copy: leave out --journal-replicas, or run a cluster",
  [REFUSAL_CODES.storeFailed]:
    "its disk is full or cannot be written, or the stream is full: free disk space there, and see that the stream discards old entries",
  [REFUSAL_CODES.streamSealed]: "the stream is sealed for good: remove it, and it is made anew",
  [REFUSAL_CODES.maxBytesRequired]:
    "the account wants a limit for every stream: give --journal-max-bytes and --reports-max-bytes",
  [REFUSAL_CODES.streamOffline]: "the servers that keep this stream are down: start them",
  [REFUSAL_CODES.streamBytesExceeded]:
    "the account limits the size of a stream: lower --journal-max-bytes and --reports-max-bytes, or raise that limit",
};

/** What to do about a refusal. */
export function adviceFor(code: number): string {
  return ADVICE[code] ?? TRY_DOCTOR;
}

/** `the server says "insufficient resources" (10023): free disk space …`. */
export function refusalWords({ code, text }: StreamRefusal): string {
  return `the server says ${JSON.stringify(text)}${code === 0 ? "" : ` (${code})`}: ${adviceFor(code)}`;
}
