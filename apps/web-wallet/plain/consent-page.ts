/**
 * Who asks for what, and why, before any button. Where there is something to choose, one page takes the choices and shares
 * nothing; the page that shares has nothing to choose on it, so what it says is what is sent.
 */
import type { RequestPreview, UseExchangedRequest } from '@countersign/api/wallet/request-exchange'
import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { check, lock } from '@countersign/ui/elements/icons'
import { plainName } from '@countersign/ui/elements/plain-name'
import { filled } from '@countersign/ui/text/sentence-parts'
import {
  type Candidate,
  type Choices,
  chosenCandidate,
  chosenQueries,
  chosenWay,
  extrasOf,
  type Query,
  selectionsFor,
  sharedCount,
  type Way,
} from '../shown/choices.ts'
import { type ExchangePlace, exchangePage } from './addresses.ts'
import { actions } from './entry-pages.ts'
import { CHOSEN, fieldOf, hasChoices, type OpenSet, openSets } from './form-choices.ts'
import {
  form,
  icon,
  linkButton,
  notice,
  page,
  part,
  said,
  sentence,
  sheet,
  submit,
  technical,
  type View,
} from './frame.ts'
import {
  advicePart,
  exactWords,
  factsOf,
  knownAs,
  titlesOf,
  transactionPart,
  valueText,
  whoPart,
  whyPart,
} from './said-of.ts'
import { plainTexts } from './texts/plain-texts.ts'

export interface Consenting {
  readonly place: ExchangePlace
  readonly preview: RequestPreview
  readonly choices: Choices
  /** Goes with whatever is decided. */
  readonly csrf: string
  /** What was decided before. If it may have left, the same is sent again, whatever stands here now. */
  readonly kept?: UseExchangedRequest['selections'] | undefined
  /** What went wrong with the last decision. */
  readonly problem?: string | undefined
}

export function consentPage(consenting: Consenting, view: View): Markup {
  const { choices, place, preview } = consenting
  const t = plainTexts(view.language).request
  const { transactions = [] } = preview
  const facts = factsOf(preview)
  const what = titlesOf(transactions, view)
  const count = sharedCount(preview, choices)
  const text = transactions.length > 0 ? t.confirmTitle(count) : t.title(count)
  const parts = [
    whoPart(preview, view),
    whyPart(preview, view),
    transactionPart(preview, choices, view),
    sharedPart(preview, choices, view),
    advicePart(preview, choices, view),
  ]
  const body = html`${problemOf(consenting, view)}${sheet(parts)}
<div class="stack" data-gap="m">${facts.trusted ? '' : html`<p>${t.shareAnywayCount(count)}</p>`}
${shareForm(consenting, count, view)}
${declineForms(consenting, t.decline, view)}
${hasChoices(preview) && preview.state === 'open' ? html`<p><a id="choose-again" href="${exchangePage(place)}">${plainTexts(view.language).plain.chooseAgain}</a></p>` : ''}
${technical(exactWords(preview), view)}</div>`
  const title = filled(text, { who: facts.known, what })
  const heading = sentence(text, { who: knownAs(facts), what: html`<bdi class="foreign">${what}</bdi>` })
  return page({ title, heading, body }, view)
}

function problemOf({ preview, problem }: Consenting, { language }: View): Content {
  if (preview.state === 'unfinished') return notice('warn', plainTexts(language).request.cut)
  return problem === undefined ? '' : notice('bad', problem)
}

function shareForm({ choices, csrf, kept, place, preview }: Consenting, count: number, view: View): Content {
  const t = plainTexts(view.language).request
  const again = preview.state === 'unfinished' ? kept : undefined
  const selections = again ?? selectionsFor(preview, choices)
  if (selections.length === 0) return html`<p>${t.nothingChosen}</p>`
  const confirms = preview.transactions !== undefined
  const { trusted } = factsOf(preview)
  const trustedLabel = confirms ? t.confirmAndShare(count) : t.share(count)
  const label = trusted ? trustedLabel : confirms ? t.confirmAnyway : t.shareAnyway
  // What was shown is authorised, and nothing else: a page without transactions says nothing of them.
  const fields = { csrf, selections: JSON.stringify(selections), ...(confirms && { authorize: 'yes' }) }
  const button = actions(submit('share', trusted ? 'primary' : 'caution', label))
  return form(`${exchangePage(place)}/use`, fields, button, view)
}

function declineForms({ csrf, place }: Consenting, label: string, view: View): Content {
  const t = plainTexts(view.language).request
  const action = `${exchangePage(place)}/reject`
  return [
    form(action, { csrf, answer: 'yes' }, actions(submit('decline', 'plain', label)), view),
    form(action, { csrf, answer: 'no' }, actions(submit('leave', 'quiet', t.sayNothing)), view),
  ]
}

function sharedPart(preview: RequestPreview, choices: Choices, view: View): Markup {
  const t = plainTexts(view.language).request
  const queries = chosenQueries(preview, choices)
  if (queries.length === 0) return part('what', t.what, html`<p class="muted">${t.nothingChosen}</p>`)
  return part(
    'what',
    t.what,
    queries.map((query) => {
      const candidate = chosenCandidate(query, choices)
      if (candidate === undefined) return ''
      const way = chosenWay(candidate, choices, query)
      const extras = extrasOf(query, way, choices)
      return html`<div class="query">${fromCard(candidate)}<div class="picks">
${neededClaims(way, view)}
${extras.map((claim) => [pick(claim, t.choice, view), claim.along.map((one) => pick(one, t.withThat, view))])}
</div>${staysHere(
        way,
        view,
        way.optional.filter((claim) => !extras.includes(claim)),
      )}${seenBefore(candidate, view)}</div>`
    }),
  )
}

function seenBefore({ reused }: Candidate, view: View): Content {
  return reused === true ? html`<p>${plainTexts(view.language).request.reused}</p>` : ''
}

function fromCard({ issuerName, title }: Candidate): Markup {
  return html`<div class="from"><p><b class="foreign">${plainName(title)}</b>${issuerName === undefined ? '' : html`<small class="foreign">${plainName(issuerName)}</small>`}</p></div>`
}

function neededClaims({ claims }: Way, view: View): Content {
  const t = plainTexts(view.language).request
  return claims.map((claim) => pick(claim, claim.needed === 'asked' ? t.needed : t.withCard, view))
}

interface Claim {
  readonly label: string
  readonly value: string
}

/** With a check, since there is nothing to choose. */
function pick(claim: Claim, kind: string, view: View): Markup {
  return html`<div class="pick"><span class="pick-fixed">${icon(check)}</span>${pickWords(claim, kind, view)}</div>\n`
}

function pickWords({ label, value }: Claim, kind: string, view: View): Markup {
  return html`<span class="pick-label"><span class="foreign">${plainName(label)}</span></span><b class="pick-value"><span class="foreign">${valueText(value, view)}</span></b><span class="pick-kind">${kind}</span>`
}

/** `left`: what they asked for and do not get. */
function staysHere(
  { notShared: { labels, more } }: Way,
  { language }: View,
  left: Way['optional'] = [],
): Markup {
  const t = plainTexts(language).request
  const named = [...left.map(({ label }) => label), ...labels].map((label) => plainName(label))
  return html`<div class="not-shared">${said('open', named.length === 0 ? t.nothingElse : t.notShared(named, more), lock)}</div>`
}

/** Everything that there is to choose, on one page; its form asks for the next page and does nothing else. */
export function choosePage(consenting: Consenting, view: View): Markup {
  const { choices, place, preview } = consenting
  const { plain, request: t } = plainTexts(view.language)
  const fields = html`<input type="hidden" name="${CHOSEN}" value="yes">${view.chosen ? html`<input type="hidden" name="lang" value="${view.language}">` : ''}
${sheet([
  openSets(preview).map((set) => setPart(set, preview, choices, view)),
  preview.queries.map((query, at) => queryPart(query, at, choices, view)),
])}
${actions(submit('go-on', 'primary', plain.goOn))}`
  const body = html`${problemOf(consenting, view)}${sheet([
    whoPart(preview, view),
    whyPart(preview, view),
    transactionPart(preview, choices, view),
  ])}
<form method="get" action="${exchangePage(place)}"><div class="stack" data-gap="m">${fields}</div></form>
<div class="stack" data-gap="m">${declineForms(consenting, t.decline, view)}${technical(exactWords(preview), view)}</div>`
  return page({ title: plain.chooseTitle, lede: plain.chooseWhy, body, path: exchangePage(place) }, view)
}

interface RadioItem {
  readonly value: string
  readonly title: string
  readonly more?: string | undefined
}

function radios(name: string, label: string, items: readonly RadioItem[], chosen: string): Markup {
  return html`<div role="radiogroup" aria-label="${label}">${items.map(
    ({ more, title, value }) =>
      html`<label class="choice"><input class="tick" type="radio" name="${name}" value="${value}"${value === chosen ? html` checked` : ''}><span></span><span><b class="foreign">${title}</b>${more === undefined ? '' : html`<small class="foreign">${more}</small>`}</span></label>\n`,
  )}</div>`
}

function setPart(set: OpenSet, preview: RequestPreview, { options }: Choices, { language }: View): Markup {
  const t = plainTexts(language).request
  const titles = (ids: readonly string[]) =>
    t.and(
      preview.queries
        .filter(({ queryId }) => ids.includes(queryId))
        .map(({ candidates, queryId, unmet }) =>
          plainName(candidates[0]?.title ?? unmet?.wanted.title ?? queryId),
        ),
    )
  const label = set.required ? t.alternatives : t.notNeeded
  const items = set.options.map(({ at, queryIds }) => ({ value: String(at), title: titles(queryIds) }))
  const none = set.required ? [] : [{ value: 'none', title: t.decline }]
  const chosen = String(options[set.index] ?? 'none')
  return part(`set${set.index}`, label, radios(fieldOf.option(set.index), label, [...items, ...none], chosen))
}

function queryPart(query: Query, at: number, choices: Choices, view: View): Content {
  const t = plainTexts(view.language).request
  const { candidates } = query
  if (candidates.length === 0) return ''
  const chosen = candidates.findIndex(({ credentialId }) => credentialId === choices.cards[query.queryId])
  const which =
    candidates.length === 1
      ? ''
      : radios(
          fieldOf.card(at),
          t.which,
          candidates.map(({ issuerName, title }, card) => ({
            value: String(card),
            title: `${card + 1}. ${plainName(title)}`,
            more: issuerName === undefined ? undefined : plainName(issuerName),
          })),
          String(Math.max(chosen, 0)),
        )
  const cards = candidates.map(
    (candidate, card) =>
      html`<div class="query">${candidates.length === 1 ? fromCard(candidate) : html`<h3 class="label foreign">${card + 1}. ${plainName(candidate.title)}</h3>`}
${wayFields(candidate, at, card, view)}${seenBefore(candidate, view)}</div>`,
  )
  const label = candidates.length === 1 ? t.what : t.which
  return part(`query${at}`, label, [which === '' ? '' : html`<div class="which">${which}</div>`, cards])
}

/** All ways of a card below each other: without a script none can take the place of another. */
function wayFields(candidate: Candidate, query: number, card: number, view: View): Content {
  const t = plainTexts(view.language).request
  const { alternatives } = candidate
  const named = ({ claims }: Way) =>
    t.and(claims.filter(({ needed }) => needed === 'asked').map(({ label }) => plainName(label)))
  const field = fieldOf.way(query, card)
  const items = [
    { value: 'none', title: named(candidate) },
    ...alternatives.map((way) => ({ value: String(way.alternative), title: named(way) })),
  ]
  return [
    alternatives.length === 0
      ? ''
      : html`<div class="which">${radios(field, t.otherWay, items, 'none')}</div>`,
    claimFields(candidate, (claim) => fieldOf.claim(query, card, undefined, claim), view),
    alternatives.map(
      (way) =>
        html`<h3 class="label">${t.otherWay}: <span class="foreign">${named(way)}</span></h3>${claimFields(way, (claim) => fieldOf.claim(query, card, way.alternative, claim), view)}`,
    ),
  ]
}

function claimFields(way: Way, field: (claim: number) => string, view: View): Markup {
  const t = plainTexts(view.language).request
  const optional = way.optional.map((claim, at) => {
    const along = claim.along.map(({ label }) => plainName(label))
    const kind = along.length === 0 ? t.choice : t.choiceWith(along)
    return html`<label class="pick"><input class="tick" type="checkbox" name="${field(at)}" value="yes">${pickWords(claim, kind, view)}</label>\n`
  })
  return html`<div class="picks">${neededClaims(way, view)}${optional}</div>${staysHere(way, view)}`
}

/** Nothing fits: what is missing, by name. Nothing was shared, and nothing was told. */
export function noMatchPage({ csrf, place, preview, problem }: Consenting, view: View): Markup {
  const t = plainTexts(view.language).request
  const unmet = preview.queries.flatMap(({ unmet: one }) => (one === undefined ? [] : [missing(one, view)]))
  const body = html`${problem === undefined ? '' : notice('bad', problem)}${sheet([
    whoPart(preview, view),
    whyPart(preview, view),
    part('missing', t.missing, html`<div class="stack" data-gap="m">${unmet}</div>`),
    part('good-to-know', t.goodToKnow, said('open', t.missingNothing, lock)),
  ])}
<div class="stack" data-gap="m">${form(`${exchangePage(place)}/reject`, { csrf, answer: 'yes' }, actions([submit('decline', 'plain', t.tellNo), linkButton('/', 'plain', t.toCards)]), view)}
${technical(exactWords(preview), view)}</div>`
  return page({ title: t.missingTitle, body, path: exchangePage(place) }, view)
}

type Unmet = NonNullable<Query['unmet']>

function missing({ near, reason, wanted }: Unmet, { language }: View): Markup {
  const t = plainTexts(language).request
  const sentenceOf = (why: Unmet['reason'], claim = '') => filled(t.reasons[why], { claim: plainName(claim) })
  const asked = t.and(wanted.claims.map(({ label }) => plainName(label)))
  return html`<div class="stack" data-gap="s"><p><b class="foreign">${plainName(wanted.title)}</b> <small class="foreign">${asked}</small></p>
${near.length === 0 ? html`<p class="muted">${sentenceOf(reason)}</p>` : ''}
${near.map(({ claim, reason: why, title }) => html`<p class="muted">${sentence(t.near, { card: html`<bdi class="foreign">${plainName(title)}</bdi>` })} ${sentenceOf(why, claim?.label)}</p>`)}</div>`
}
