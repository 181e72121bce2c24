/** What an entry of the history says in its line, and what stands below it. Pure. */
import type { HistoryItem } from '@countersign/api/wallet/history'
import { filled } from '@countersign/ui/text/sentence-parts'
import type { own } from '../texts/own-texts.ts'

type Texts = typeof own.value.history

/** Whom it was with, or what it was about where nobody else was concerned. */
export function entryName({ data }: HistoryItem, t: Texts): string {
  const { credentials, party } = data
  return party?.name ?? party?.host ?? credentials[0]?.title ?? t.nobody
}

export function entryLine({ action, data }: HistoryItem, t: Texts): string {
  const { credentials, declined, outcome } = data
  const [first] = credentials
  const card = credentials.length > 1 ? t.cards(credentials.length) : (first?.title ?? t.aCard)
  if (action === 'Receive') return filled(t.received, { card })
  if (action === 'Delete') return filled(data.permanent === true ? t.deletedForGood : t.deleted, { card })
  if (action === 'Restore') return filled(t.restored, { card })
  if (action === 'Reject') {
    if (declined === 'offer') return filled(t.declinedOffer, { card })
    return outcome === undefined ? t.declined : t.declinedTold
  }
  const count = credentials.reduce((sum, { claims, moreClaims }) => sum + claims.length + moreClaims, 0)
  if (outcome === 'refused') return t.refused(count)
  return outcome === 'unanswered' ? t.unanswered(count) : t.shared(count, card)
}
