/**
 * The one status list that the credentials of a seed name: away for a while in some histories, and then it says of each
 * credential that it is good, or that it was revoked meanwhile. It is asked over the network, so each question takes a turn;
 * what lies between it and an instance (signatures, caches) is tested elsewhere.
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

export interface PublishedList {
  goAway(): void
  comeBack(): void
  revoke(index: number): void
  isRevoked(index: number): boolean
  /** As an instance asks for it. */
  ask(turn: () => Promise<void>): StatusLists
  readonly counts: { asked: number; refused: number }
}

export function publishList({ note }: Pick<Scheduler, 'note'>): PublishedList {
  const statuses = newStatusBits(ENTRIES, 1, 'least_significant_first')
  const revoked = new Set<number>()
  const counts = { asked: 0, refused: 0 }
  let away = 0
  return {
    counts,
    goAway: () => {
      away += 1
      note('the status list is away')
    },
    comeBack: () => {
      away -= 1
      if (away === 0) note('the status list is back')
    },
    revoke: (index) => {
      revoked.add(index)
      setStatus(statuses, index, REVOKED)
      note(`credential ${index} is revoked`)
    },
    isRevoked: (index) => revoked.has(index),
    ask: (turn) => async (_, now) => {
      await turn()
      counts.asked += 1
      if (away > 0) {
        counts.refused += 1
        return refuse({ code: 'list_unreachable' })
      }
      const bits = { ...statuses, bytes: statuses.bytes.slice() }
      const content = { mechanism: 'token_status_list', statuses: bits } as const
      return ok({ uri: listUri, anchor: authorityName, fetchedAt: now, content })
    },
  }
}
