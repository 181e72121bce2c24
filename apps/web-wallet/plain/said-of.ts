/** What the pages of a request have in common: who asks, why, what is confirmed, and what is good to know. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { initialOf, plainName, plainText } from '@countersign/ui/elements/plain-name'
import { filled } from '@countersign/ui/text/sentence-parts'
import { type Choices, chosenCandidate, confirmingQuery, leavingClaims } from '../shown/choices.ts'
import { type PartyFacts, partyFacts } from '../shown/party-facts.ts'
import { type Fact, factList, notice, part, said, sentence, type View } from './frame.ts'
import { plainTexts } from './texts/plain-texts.ts'
import { day, dayAndTime, dayOf } from './texts/words.ts'

/** Without an address that the answer goes to, the identifier is all that is known. */
export function factsOf({ verifier }: RequestPreview): PartyFacts {
  return partyFacts({ ...verifier, host: verifier.host ?? plainText(verifier.clientId).slice(0, 100) })
}

/** In a sentence of ours. */
export function knownAs({ isHost, known }: PartyFacts): Markup {
  return isHost ? html`<bdi class="host" dir="ltr">${known}</bdi>` : html`<bdi class="foreign">${known}</bdi>`
}

export function whoPart(preview: RequestPreview, { language }: View): Markup {
  const t = plainTexts(language).request
  const facts = factsOf(preview)
  const name = facts.trusted && !facts.isHost ? facts.known : ''
  const nameless = facts.trusted ? facts.host : facts.own === undefined ? t.nameless : t.unconfirmed
  return part(
    'who',
    t.who,
    html`<div class="party"><span class="seal" aria-hidden="true">${name === '' ? '?' : initialOf(name)}</span><b class="foreign">${name === '' ? nameless : name}</b><bdi class="host" dir="ltr">${facts.host}</bdi></div>
${facts.trusted ? said('ok', sentence(t.verified, { anchor: html`<em class="foreign">${facts.anchor}</em>` })) : notice('warn', isUnsigned(preview) ? t.unsignedWhy : t.notVerifiedWhy, t.notVerified)}
${facts.own === undefined ? '' : html`<p class="muted party-more">${sentence(t.callsItself, { name: html`<bdi class="foreign">${facts.own}</bdi>` })}</p>`}
${facts.mixed ? notice('warn', t.mixed) : ''}`,
  )
}

/** Less is known of it than of one whose signer nobody vouches for. */
function isUnsigned({ verifier }: RequestPreview): boolean {
  return verifier.trust.reason === 'request_unsigned'
}

/** A reason is a sentence or two. */
const MAX_PURPOSE = 300

export function whyPart({ purpose }: RequestPreview, { language }: View): Markup {
  const t = plainTexts(language).request
  const text = plainText(purpose?.text ?? '').trim()
  if (text === '') return part('why', t.whyLabel, html`<p>${t.noReason}</p>`)
  const shown = text.length > MAX_PURPOSE ? `${text.slice(0, MAX_PURPOSE)}…` : text
  return part('why', t.why, html`<blockquote class="quote foreign">${shown.toWellFormed()}</blockquote>`)
}

type Transaction = NonNullable<RequestPreview['transactions']>[number]

export function titlesOf(transactions: readonly Transaction[], { language }: View): string {
  return plainTexts(language).request.and([...new Set(transactions.map(({ title }) => plainName(title)))])
}

export function transactionPart(preview: RequestPreview, choices: Choices, view: View): Content {
  const t = plainTexts(view.language).request
  const { transactions = [] } = preview
  if (transactions.length === 0) return ''
  const entries = transactions.map((transaction) => {
    const query = confirmingQuery(preview, choices, transaction)
    const card = query && chosenCandidate(query, choices)
    return html`<div class="query"><h3 class="label foreign">${plainName(transaction.title)}</h3>${transactionFacts(transaction, view)}
${card === undefined ? '' : html`<p class="muted">${sentence(t.confirmedWith, { card: html`<bdi class="foreign">${plainName(card.title)}</bdi>` })}</p>`}</div>`
  })
  return part('confirm', t.confirmWhat, entries)
}

export function transactionFacts({ fields }: Transaction, view: View): Markup {
  return shownFacts(fields, view, plainText)
}

export function shownFacts(
  facts: readonly Fact[],
  view: View,
  named: (label: string) => string = plainName,
): Markup {
  return factList(
    facts.map(({ label, value }) => ({ label: named(label), value: valueText(value, view) })),
    plainTexts(view.language).frame.notGiven,
  )
}

/** Values of claims as people write them; everything that is no time as it is, made harmless. */
export function valueText(value: string, { language }: View): string {
  return day(value, language) ?? dayAndTime(value, language) ?? plainText(value)
}

/** Asking for so many details is worth a word. */
const MANY_DETAILS = 6
const KINDS = ['identifier', 'portrait', 'sensitive', 'age_would_do'] as const

export function advicePart(preview: RequestPreview, choices: Choices, view: View): Markup {
  const t = plainTexts(view.language).request
  const leaving = leavingClaims(preview, choices)
  const cautions = KINDS.flatMap((kind) => {
    const labels = leaving.filter(({ caution }) => caution === kind).map(({ label }) => plainName(label))
    return labels.length === 0 ? [] : [t.cautions[kind]([...new Set(labels)])]
  })
  const careful = [...cautions, ...(leaving.length > MANY_DETAILS ? [t.muchAsked(leaving.length)] : [])]
  const ends = filled(t.endsAt, { time: dayAndTime(preview.expiresAt, view.language) ?? '' })
  return part('good-to-know', t.goodToKnow, [
    careful.map((text) => said('warn', text)),
    [...before(preview, leaving.length, view), t.youMayDecline, ends].map((text) => said('open', text)),
  ])
}

function before(
  { before: last, verifier }: RequestPreview,
  count: number,
  { language }: View,
): readonly string[] {
  const t = plainTexts(language).request
  if (last === undefined) return []
  if (!last.shared) return [t.firstTime]
  const on = dayOf(last.at, language)
  const isSame = last.same && last.details === count
  const hasOtherCertificate = last.otherIdentifier && verifier.clientId.startsWith('x509_')
  return [
    filled(isSame ? t.sharedSame(count) : t.sharedBefore, { day: on }),
    ...(hasOtherCertificate ? [filled(t.otherCertificate, { day: on })] : []),
  ]
}

/** What support asks for; ids and names, no values but those that are confirmed. */
export function exactWords({ expiresAt, id, queries, verifier }: RequestPreview): readonly string[] {
  const { anchor, name, reason, source, trusted } = verifier.trust
  return [
    `exchange     ${id}`,
    `client_id    ${verifier.clientId}`,
    `answer to    ${verifier.host ?? 'nowhere'}`,
    `trust        ${trusted ? [name, anchor, source].filter(Boolean).join(' · ') : (reason ?? 'none')}`,
    ...queries.map(({ queryId, required }) => `query        ${queryId}${required ? '' : ' (optional)'}`),
    `ends         ${expiresAt}`,
  ].map(plainText)
}
