/** What an entry of the history says in its line, and what stands below it. Names that others chose are harmless here. Pure. */
import type { HistoryItem } from '@countersign/api/wallet/history'
import { plainName } from '@countersign/ui/elements/plain-name'
import { claimText } from '@countersign/ui/text/claim-text'
import { list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { type PartyFacts, partyFacts } from '../../shown/party-facts.ts'
import type { own } from '../texts/own-texts.ts'

type Texts = typeof own.value.history
type Credential = HistoryItem['data']['credentials'][number]

/** Whom it was with: by the name that somebody vouched for then, else by the host. */
export function entryParty({ data: { party } }: HistoryItem): PartyFacts | undefined {
  if (party === undefined) return undefined
  return partyFacts({ host: party.host, name: party.name, trust: party.trust ?? { trusted: false } })
}

/** Whom it was with, or what it was about where nobody else was concerned. */
export function entryName(item: HistoryItem, t: Texts): string {
  return entryParty(item)?.known ?? titleOf(item.data.credentials, t) ?? t.nobody
}

export function entryLine({ action, data }: HistoryItem, t: Texts): string {
  const { credentials, declined, outcome, permanent, unissued } = data
  const card = titleOf(credentials, t) ?? t.aCard
  if (action === 'Receive' && unissued !== undefined) return filled(t.unissued, { card })
  if (action === 'Receive') return filled(t.received, { card })
  if (action === 'Delete') return filled(permanent === true ? t.deletedForGood : t.deleted, { card })
  if (action === 'Restore') return filled(t.restored, { card })
  if (action === 'Reject') {
    if (declined === 'offer') return filled(t.declinedOffer, { card })
    if (outcome === undefined) return t.declined
    return outcome === 'unanswered' ? t.declinedUnheard : t.declinedTold
  }
  const count = credentials.reduce((sum, { claims, moreClaims }) => sum + claims.length + moreClaims, 0)
  if (outcome === 'refused') return t.refused(count)
  return outcome === 'taken' ? filled(t.shared(count), { card }) : t.unanswered(count)
}

export interface ToldFact {
  readonly label: string
  readonly value: string
}

/** A value that nobody asked for is six dots, however long it is. */
const HIDDEN = '••••••'

/** What was shared of one card; of a reception and the like, which card it was. */
export function credentialFacts(
  action: HistoryItem['action'],
  { claims, moreClaims, title }: Credential,
  t: Texts,
): readonly ToldFact[] {
  if (action !== 'Present') {
    const names = claims.map(({ label }) => plainName(label))
    return [
      { label: t.card, value: plainName(title) },
      ...(names.length === 0 ? [] : [{ label: t.onIt, value: list([...new Set(names)]) }]),
    ]
  }
  return [
    ...claims.map(({ label, value }) => ({
      label: plainName(label),
      value: value === undefined ? HIDDEN : claimText(value),
    })),
    ...(moreClaims === 0 ? [] : [{ label: t.more, value: t.moreClaims(moreClaims) }]),
    { label: t.from, value: plainName(title) },
  ]
}

function titleOf(credentials: readonly Credential[], t: Texts): string | undefined {
  if (credentials.length > 1) return t.cards(credentials.length)
  return credentials[0] && plainName(credentials[0].title)
}
