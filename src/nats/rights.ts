/**
 * Who needs which subjects: every subject that an agent, reverb, a pulse and a person who looks publish on or
 * subscribe to, and none that they do not. `nats-config` allows all of them, and nothing of ours asks for more; `doctor`
 * tries them. Pure.
 */
import type { Subjects } from "../contracts/subjects.ts";
import { OWN_API_PREFIX } from "./api-prefix.ts";
import { journalName, leaseName, reportsName } from "./stream-names.ts";

export const ROLES = ["reverb", "pulse", "operator", "agent"] as const;

export type RoleName = (typeof ROLES)[number];

export interface RightsPlace {
  readonly clusterId: string;
  readonly subjects: Subjects;
  /** False: plain NATS. Reverb then hears beats and claims, and publishes reports, itself. */
  readonly hasJournal: boolean;
  /** What the user's inboxes begin with, without a dot at the end. */
  readonly inboxPrefix: string;
  /** What subjects of the JetStream API begin with; default `$JS.API`. */
  readonly apiPrefix?: string | undefined;
}

/** All that is not named is refused. A token that is chosen at run time is `*`. */
export interface Rights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Published on, too, but its work goes on where that is refused: questions to JetStream after a slow or a lost link. */
  readonly asks: readonly string[];
  /** Answers requests: on the subject that a request names, once. */
  readonly answers: boolean;
}

export function rightsOf(role: RoleName, place: RightsPlace): Rights {
  const rights = RIGHTS_OF[role](place);
  const { apiPrefix = OWN_API_PREFIX, inboxPrefix } = place;
  const prefixed = (subjects: readonly string[]) =>
    subjects.flatMap((subject) => {
      if (!subject.startsWith(`${OWN_API_PREFIX}.`)) return [subject];
      return prefixesOf(apiPrefix).map((prefix) => `${prefix}${subject.slice(OWN_API_PREFIX.length)}`);
    });
  return {
    ...rights,
    publish: prefixed(rights.publish),
    asks: prefixed(rights.asks),
    subscribe: [...rights.subscribe, `${inboxPrefix}.>`],
  };
}

/** A server with a domain maps its subjects to its own ones, and holds those against the rights; a leafnode does not. */
function prefixesOf(apiPrefix: string): readonly string[] {
  return /^\$JS\.[^.]+\.API$/.test(apiPrefix) ? [OWN_API_PREFIX, apiPrefix] : [apiPrefix];
}

const api = (word: string, ...streams: readonly string[]) =>
  streams.map((stream) => `$JS.API.${word}.${stream}`);

/** What reading a stream asks of the API: a consumer of its own, its messages, and its end. */
const reading = (...streams: readonly string[]) => [
  ...api("STREAM.INFO", ...streams),
  ...api("STREAM.MSG.GET", ...streams),
  ...api("CONSUMER.CREATE", ...streams),
  ...streams.flatMap((stream) => [
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
  ]),
];

const namesOf = (clusterId: string) => ({
  journal: journalName(clusterId),
  reports: reportsName(clusterId),
  lease: leaseName(clusterId),
});

const RIGHTS_OF: Readonly<Record<RoleName, (place: RightsPlace) => Rights>> = {
  agent: ({ clusterId, hasJournal, subjects: { beat, now, reverb, status } }) => ({
    publish: [status, now],
    subscribe: [beat, reverb],
    // A journal shows by its acknowledgements. That there is none only JetStream can say, or that nobody is there.
    // Reports that were missed are read from their stream.
    asks: [
      "$JS.API.STREAM.NAMES",
      ...(hasJournal ? api("STREAM.INFO", reportsName(clusterId)) : []),
      ...(hasJournal ? api("STREAM.MSG.GET", reportsName(clusterId)) : []),
    ],
    answers: false,
  }),

  reverb: ({ clusterId, hasJournal, subjects }) => {
    const { journal, reports } = namesOf(clusterId);
    const { beat, chain, commit, now, reverb, status, tick } = subjects;
    if (!hasJournal)
      return {
        // A tick asks whether a journal is kept beyond this server; reports are heard to see whether another reports.
        publish: [reverb, now, tick, "$JS.API.INFO", ...api("STREAM.INFO", journal)],
        subscribe: [beat, status, reverb],
        asks: [],
        answers: false,
      };
    return {
      publish: [
        ...[tick, commit, chain, "$JS.API.INFO"],
        ...api("STREAM.CREATE", journal, reports),
        ...api("STREAM.UPDATE", journal, reports),
        ...reading(journal, reports),
      ],
      subscribe: [],
      asks: [],
      answers: false,
    };
  },

  pulse: ({ clusterId, hasJournal, subjects: { beat, lease: leaseSubject, now, pulse, tick } }) => {
    const { journal, lease } = namesOf(clusterId);
    const keepsLease = [
      ...api("STREAM.INFO", lease),
      ...api("STREAM.CREATE", lease),
      ...api("STREAM.MSG.GET", lease, journal),
    ];
    return {
      // Without a lease store it asks whether a lease or a journal is kept beyond this server.
      publish: [beat, pulse, now, leaseSubject, "$JS.API.INFO", ...(hasJournal ? keepsLease : [tick])],
      subscribe: [beat, pulse, now],
      asks: [],
      answers: true,
    };
  },

  operator: ({ clusterId, hasJournal, subjects }) => {
    const { journal, lease, reports } = namesOf(clusterId);
    const { beat, chain, commit, lease: leaseSubject, now, pulse, reverb, status, tick } = subjects;
    const looks = [
      "$JS.API.STREAM.LIST",
      ...reading(journal, reports),
      ...api("STREAM.INFO", lease),
      ...api("STREAM.MSG.GET", lease),
    ];
    return {
      // A server of 2.10 and newer answers there what this user may do.
      publish: [now, "$JS.API.INFO", "$SYS.REQ.USER.INFO", ...(hasJournal ? looks : [])],
      subscribe: [beat, status, reverb, pulse, ...(hasJournal ? [tick, commit, chain, leaseSubject] : [])],
      asks: [],
      answers: false,
    };
  },
};
