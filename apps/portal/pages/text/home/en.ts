/** What the first page and the lists of sessions say, and what every page has around it. */
import { plural } from '@countersign/ui/text/format'

const counted = (count: number, one: string, other: string) => plural(count, 'en', { one, other })

export const en = {
  nav: { sessions: 'Sessions', credentials: 'Credentials', trust: 'Trust', cluster: 'Cluster' },
  asOf: 'as of {time}',
  stale: 'Nobody answers at the moment. This is what was heard last.',
  ready: {
    heading: 'Ready to work',
    keys: 'Signing keys',
    keysUntil: '{algorithms}, until {day}',
    keysBare: '{algorithms}, without certificates that end',
    keysNone: 'The services have no keys.',
    keysEnding: 'A certificate ends on {day}: {purpose}.',
    keysEnded: 'A certificate has ended on {day}: {purpose}. Nobody believes it any more.',
    sessions: 'Shared sessions',
    sessionsShared: (count: number) =>
      counted(count, 'Redis, seen by 1 instance', `Redis, seen by ${count} instances`),
    sessionsAlone: 'In memory, for one instance alone.',
    sessionsSplit: (count: number) =>
      `${count} instances keep sessions in their own memory: what begins at one is not found at the other.`,
    address: 'Public addresses',
    addressReached: (ms: number) => `reached in ${ms} ms`,
    addressLost: '{url} is not reached from here. Wallets and browsers need it.',
    trust: 'Trust',
    trustGood: (count: number) => counted(count, '1 source, in force', `${count} sources, all in force`),
    trustUntil: 'The next list is due on {day}.',
    trustNone: 'No source says whom to believe.',
    trustFailing: (count: number) =>
      counted(count, '1 source needs a look.', `${count} sources need a look.`),
    look: 'Look at it',
    silent: { issuer: 'The issuer does not answer.', verifier: 'The verifier does not answer.' },
    keyRefused: {
      issuer: "The issuer refuses the portal's key.",
      verifier: "The verifier refuses the portal's key.",
    },
    good: 'Good:',
    careful: 'Careful:',
    bad: 'Not good:',
    waiting: 'Looking …',
  },
  recent: {
    heading: 'Recent sessions',
    all: 'All sessions',
    none: 'Nothing has begun yet.',
  },
  sessions: {
    title: 'Sessions',
    lede: 'What was asked and offered, newest first. Names of types alone: who took part is in no list.',
    which: 'Which sessions',
    verifications: 'Verifications',
    issuances: 'Issuances',
    state: 'State',
    any: 'Any state',
    none: 'There is no such session.',
    verify: 'verify',
    issue: 'issue',
    tookPart: (count: number) => counted(count, '1 instance took part', `${count} instances took part`),
    newer: 'Newer',
    older: 'Older',
    stopped: '1,000 sessions were looked at, none older than {time}.',
    goOn: 'Look further',
    unnamed: 'Without a name',
  },
  states: {
    created: 'Requested',
    requested: 'Opened',
    answered: 'Answered',
    verified: 'Verified',
    rejected: 'Not verified',
    undetermined: 'Could not be checked',
    declined: 'Declined',
    expired: 'Expired',
    offered: 'Offered',
    token_issued: 'Code used',
    completed: 'Issued',
    closed: 'Closed',
  },
  purposes: {
    'credential-issuer': 'Credentials',
    'document-signer': 'Documents (mdoc)',
    'status-list': 'Status lists',
    'verifier-request': 'Requests',
  },
}

export type HomeTexts = typeof en
