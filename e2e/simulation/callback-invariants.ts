/** Of callbacks: every event at least once, in order, and nothing but what was committed. */
import type { TellingSession } from '@countersign/protocol/session-callback'
import type { Committed } from './committed.ts'
import type { Invariant } from './invariant.ts'
import type { ToldEvent } from './receiver.ts'

export const callbackInvariants: Readonly<Record<string, Invariant>> = {
  'every event is told to whoever wants it': function* ({ committed, told }) {
    for (const [id, { callback, events }] of lastOf(committed)) {
      if (callback === undefined) continue
      const known = new Set(told.flatMap(({ sequence, session }) => (session === id ? [sequence] : [])))
      const missing = events.filter(({ sequence }) => sequence > 1 && !known.has(sequence))
      if (missing.length > 0)
        yield `${id}: ${missing.map(({ sequence, type }) => `${sequence} ${type}`).join()}`
      if (callback.toldUpTo < events.length)
        yield `${id}: noted up to ${callback.toldUpTo} of ${events.length}`
    }
  },
  'events are told in their order': function* ({ told }) {
    for (const [id, events] of bySession(told)) {
      const first = [...new Set(events.map(({ sequence }) => sequence))]
      if (first.some((sequence, at) => sequence !== at + 2)) yield `${id}: ${first.join()}`
    }
  },
  'what is told was committed before': function* ({ committed, told }) {
    const sessions = writesOf(committed)
    for (const { sequence, session, step, type } of told) {
      const written = sessions
        .get(session)
        ?.find(({ value }) =>
          value.events.some((event) => event.sequence === sequence && event.type === type),
        )
      if (written === undefined || written.step > step) yield `${session}: ${sequence} ${type}`
    }
  },
  'nobody is told who does not want it': function* ({ committed, told }) {
    const last = lastOf(committed)
    for (const id of bySession(told).keys()) if (last.get(id)?.callback === undefined) yield id
  },
}

function bySession(told: readonly ToldEvent[]): ReadonlyMap<string, readonly ToldEvent[]> {
  return Map.groupBy(told, ({ session }) => session)
}

function writesOf({ issuances, verifications }: Committed) {
  const all: [string, readonly { readonly value: TellingSession; readonly step: number }[]][] = [
    ...issuances,
    ...verifications,
  ]
  return new Map(all)
}

function lastOf(committed: Committed): ReadonlyMap<string, TellingSession> {
  const last = [...writesOf(committed)].flatMap(([id, writes]) => {
    const value = writes.at(-1)?.value
    return value === undefined ? [] : [[id, value] as const]
  })
  return new Map(last)
}
