/**
 * What must hold in every history, whatever was lost, doubled or delayed. Looks at what instances answered and at what
 * the store was made to remember, and at nothing else; knows no use case.
 */
import type { SessionEvent } from '@countersign/protocol/session-event'
import { answerInvariants } from './answer-invariants.ts'
import { callbackInvariants } from './callback-invariants.ts'
import { type Committed, readCommitted, type Written } from './committed.ts'
import type { Invariant } from './invariant.ts'
import { issuanceInvariants } from './issuance-invariants.ts'
import type { World } from './network.ts'
import { returnInvariants } from './return-invariants.ts'
import { verificationInvariants } from './verification-invariants.ts'

export interface Violation {
  readonly invariant: string
  readonly facts: string
}

export async function judge(
  world: World,
  { slow }: { readonly slow: boolean },
): Promise<readonly Violation[]> {
  const { exchanges, list, taken, told } = world
  const recorded = { exchanges, list, slow, taken, told, committed: await readCommitted(world) }
  const named = {
    ...sessionInvariants,
    ...issuanceInvariants,
    ...verificationInvariants,
    ...answerInvariants,
    ...returnInvariants,
    ...callbackInvariants,
  }
  const broken = Object.entries(named).flatMap(([invariant, breaches]) =>
    [...breaches(recorded)].map((facts) => ({ invariant, facts })),
  )
  return [...broken, ...unkept(world, slow)]
}

const sessionInvariants: Readonly<Record<string, Invariant>> = {
  'versions count 1, 2, 3': function* ({ committed }) {
    for (const [id, writes] of allSessions(committed)) {
      const versions = writes.map(({ version }) => version)
      if (versions.some((version, index) => version !== index + 1)) yield `${id}: ${versions.join()}`
    }
  },
  'states only go forward': function* ({ committed }) {
    for (const [id, writes] of allSessions(committed)) {
      for (const [before, after] of pairs(writes)) {
        const step = `${before.value.state} → ${after.value.state}`
        if (!allowedSteps.has(step)) yield `${id}: ${step}`
      }
    }
  },
  'a new state comes with its event': function* ({ committed }) {
    for (const [id, writes] of allSessions(committed)) {
      for (const [before, { value }] of pairs(writes)) {
        const expected = value.reason === 'offer_expired' ? 'expired' : value.state
        const reported =
          value.state === before.value.state || value.events.some(({ type }) => type === expected)
        if (!reported) yield `${id}: ${value.state} without an event`
      }
    }
  },
  'events are numbered without a gap, and only added to': function* ({ committed }) {
    for (const [id, writes] of allSessions(committed)) {
      for (const { value } of writes) {
        if (value.events.some(({ sequence }, index) => sequence !== index + 1)) yield `${id}: misnumbered`
      }
      for (const [before, after] of pairs(writes)) {
        const kept = after.value.events.slice(0, before.value.events.length)
        if (JSON.stringify(kept) !== JSON.stringify(before.value.events))
          yield `${id}: an event was lost or changed`
      }
    }
  },
  'an event says which instance wrote it, and one write is of one instance': function* ({ committed }) {
    for (const [id, writes] of allSessions(committed)) {
      let before = 0
      for (const { value } of writes) {
        const names = new Set(value.events.slice(before).map(({ servedBy }) => servedBy))
        if (names.has(undefined) || names.size > 1) yield `${id}: by ${[...names].join()}`
        before = value.events.length
      }
    }
  },
}

/** Whatever is not here, a second decision above all, may never be written. */
const allowedSteps = new Set([
  'offered → offered',
  'offered → token_issued',
  'offered → closed',
  'token_issued → token_issued',
  'token_issued → completed',
  // What the wallet tells of its credentials.
  'completed → completed',
  'created → requested',
  // An attempt, and evidence that came in part.
  ...['created', 'requested', 'answered'].map((undecided) => `${undecided} → ${undecided}`),
  ...['created', 'requested'].flatMap((open) =>
    ['answered', 'verified', 'rejected', 'declined', 'expired'].map((next) => `${open} → ${next}`),
  ),
  ...['verified', 'rejected', 'undetermined'].map((decided) => `answered → ${decided}`),
  // The browser is back, events were told, and what was asked is forgotten; nothing else.
  ...['verified', 'rejected', 'undetermined', 'declined', 'expired', 'closed'].map(
    (decided) => `${decided} → ${decided}`,
  ),
])

interface AnySession {
  readonly state: string
  readonly reason?: string | undefined
  readonly events: readonly SessionEvent[]
}

function allSessions({ issuances, verifications }: Committed): [string, readonly Written<AnySession>[]][] {
  return [...issuances, ...verifications]
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.slice(1).map((after, index) => [list[index] ?? after, after])
}

/** Refusals that say only that too much time went by. */
const tooLate = new Set([
  'offer_expired',
  'code_spent',
  'token_expired',
  'challenge_expired',
  'dpop_outside_window',
  'proof_outside_window',
  'already_issued',
  'session_expired',
  'returned_too_late',
  'session_unknown',
  'presentation_unbound',
])

/** Nothing is lost: whoever did all right, and in time, has what it was owed. */
function unkept(world: World, slow: boolean): readonly Violation[] {
  return world.promises
    .filter(({ kept, reason }) => !kept && !(slow && tooLate.has(reason?.split(': ').at(-1) ?? '')))
    .map(({ to, what, reason }) => ({
      invariant: `whoever is honest ${what}`,
      facts: `${to}: ${reason ?? 'it never ended'}`,
    }))
}
