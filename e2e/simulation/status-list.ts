/**
 * The one status list that the credentials of a seed name: away for a while in some histories, and then it says of each
 * credential that it is good, or that it was revoked meanwhile. An instance that asks is answered in the same turn, so that the
 * time limit of a look-up, which is real time, never strikes; what lies in between (signatures, caches) is tested elsewhere.
 */
import { ok, refuse } from '@countersign/core/result'
import { newStatusBits, setStatus } from '@countersign/status-list/bits'
import type { StatusLists } from '@countersign/status-list/status-list'
import type { Scheduler } from './scheduler.ts'

export const listUri = 'https://issuer.example/status/1'
/** Those who sign credentials here also sign the list. */
export const authorityName = 'Simulation CA'
const REVOKED = 1
const ENTRIES = 64

/** Of a credential that names no status. */
export const NO_PLACE = -1

export interface PublishedList {
  goAway(): void
  comeBack(): void
  revoke(index: number): void
  isRevoked(index: number): boolean
  /** Whether nobody could ask it at some moment between the two, in milliseconds of virtual time. */
  wasAway(from: number, to: number): boolean
  /** Whether somebody could have found the credential good at some moment between the two. */
  wasGood(index: number, from: number, to: number): boolean
  /** As an instance asks for it. */
  readonly ask: StatusLists
  readonly counts: { asked: number; refused: number }
}

export function publishList({ note, now }: Pick<Scheduler, 'note' | 'now'>): PublishedList {
  const statuses = newStatusBits(ENTRIES, 1, 'least_significant_first')
  const revokedAt = new Map<number, number>()
  const counts = { asked: 0, refused: 0 }
  const absences: { readonly from: number; until: number }[] = []
  let away = 0
  return {
    counts,
    goAway: () => {
      away += 1
      if (away === 1) absences.push({ from: now(), until: Number.POSITIVE_INFINITY })
      note('the status list is away')
    },
    comeBack: () => {
      away -= 1
      const absence = absences.at(-1)
      if (away > 0 || absence === undefined) return
      absence.until = now()
      note('the status list is back')
    },
    revoke: (index) => {
      revokedAt.set(index, now())
      setStatus(statuses, index, REVOKED)
      note(`credential ${index} is revoked`)
    },
    isRevoked: (index) => revokedAt.has(index),
    wasAway: (from, to) => absences.some((absence) => absence.from <= to && from <= absence.until),
    wasGood: (index, from, to) => {
      if (index === NO_PLACE) return true
      const until = Math.min(to, revokedAt.get(index) ?? to)
      return from <= until && !absences.some((absence) => absence.from <= from && until <= absence.until)
    },
    ask: (_, fetchedAt) => {
      counts.asked += 1
      if (away > 0) {
        counts.refused += 1
        return refuse({ code: 'list_unreachable' })
      }
      const bits = { ...statuses, bytes: statuses.bytes.slice() }
      const content = { mechanism: 'token_status_list', statuses: bits } as const
      return ok({ uri: listUri, anchor: authorityName, fetchedAt, content })
    },
  }
}
