/** What came of it: what was shared with whom, read out of what was sent; or that nothing was. It can be read again. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { lock } from '@countersign/ui/elements/icons'
import { hostOf, plainName, plainText, safeHref } from '@countersign/ui/elements/plain-name'
import { filled } from '@countersign/ui/text/sentence-parts'
import { type ExchangePlace, exchangePage } from './addresses.ts'
import { actions } from './entry-pages.ts'
import { linkButton, page, said, sentence, technical, type View } from './frame.ts'
import { exactWords, factsOf, knownAs, shownFacts, transactionFacts } from './said-of.ts'
import { plainTexts } from './texts/plain-texts.ts'
import { dayAndTime } from './texts/words.ts'

export function resultPage(preview: RequestPreview, place: ExchangePlace, view: View): Markup {
  const t = plainTexts(view.language).request
  const { result, state } = preview
  const facts = factsOf(preview)
  const isShared = state === 'shared'
  const text = isShared ? t.shared : state === 'declined' ? t.declined : t.refused
  const back = safeHref(result?.redirectUri)
  const confirmed = isShared ? (preview.transactions ?? []) : []
  const body = html`<div id="result" data-state="${state}" hidden></div>
${confirmed.map((one) => html`<div class="sheet"><h2 class="label">${filled(t.confirmed, { what: plainName(one.title) })}</h2>${transactionFacts(one, view)}</div>`)}
${result?.shared.map(
  ({ claims, title }) =>
    html`<div class="sheet"><h2 class="label">${isShared ? t.theyReceived : filled(t.from, { card: plainName(title) })}</h2>${shownFacts(claims, view)}</div>\n`,
)}
${isShared ? said('open', t.nothingElseLeft, lock) : ''}
${actions([
  back === undefined
    ? ''
    : linkButton(
        back,
        'primary',
        sentence(t.goBack, { host: html`<bdi class="host" dir="ltr">${hostOf(back)}</bdi>` }),
        html` id="go-back" rel="noreferrer external"`,
      ),
  linkButton('/', back === undefined ? 'primary' : 'plain', t.toCards),
])}
${technical(exactWords(preview), view)}`
  return page(
    {
      title: filled(text, { who: facts.known }),
      heading: sentence(text, { who: knownAs(facts) }),
      lede: whatLeft(preview, view),
      body,
      path: exchangePage(place),
    },
    view,
  )
}

/** One sentence on whether anything left. */
function whatLeft(preview: RequestPreview, { language }: View): Content {
  const t = plainTexts(language).request
  const { result, state } = preview
  if (state === 'shared') return filled(t.sharedAt, { time: dayAndTime(result?.at ?? '', language) ?? '' })
  if (state === 'declined') return sentence(t.declinedTold, { who: knownAs(factsOf(preview)) })
  const words = result?.refusal?.description ?? result?.refusal?.error
  const quoted =
    words === undefined ? '' : html`<q class="foreign">${plainText(words).slice(0, 300).toWellFormed()}</q>`
  return [
    result?.dataSent === true ? t.refusedSent : t.refusedNothing,
    words === undefined ? '' : [' ', sentence(t.theySay, { words: quoted })],
  ]
}

export function endedPage(why: string, view: View): Markup {
  const t = plainTexts(view.language).request
  return page(
    {
      title: t.over,
      lede: html`<span id="ended">${why}</span>`,
      body: actions(linkButton('/', 'plain', t.toCards)),
    },
    view,
  )
}
