/** What stands around every page without a script, and the parts that they are made of. */
import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { good, info, warning } from '@countersign/ui/elements/icons'
import { partsOf } from '@countersign/ui/text/sentence-parts'
import { LANGUAGE_IDS, LANGUAGES, plainTexts } from './texts/plain-texts.ts'
import type { LanguageId } from './texts/words.ts'

/** How a page is shown. */
export interface View {
  readonly language: LanguageId
  /** The language was chosen by a link, and goes along with every other one. */
  readonly chosen: boolean
  /** Addresses of the style sheets that the build made. */
  readonly styles: readonly string[]
}

export interface FrameParts {
  /** In plain text, for the document. */
  readonly title: string
  /** The same where it has more in it than plain text. */
  readonly heading?: Content
  readonly lede?: Content
  readonly body: Content
  /** Where this page is, without a language; absent: it answers a form, and is at no address. */
  readonly path?: string
}

/** Answers nobody but whoever made the request: no script, nothing from elsewhere, in no frame. */
export function page({ body, heading, lede, path, title }: FrameParts, view: View): Markup {
  const t = plainTexts(view.language).frame
  return html`<!doctype html>
<html lang="${view.language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – ${t.product}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
${view.styles.map((href) => html`<link rel="stylesheet" href="${href}">\n`)}</head>
<body>
<div class="page-root">
<a class="skip" href="#main">${t.skip}</a>
<header class="top"><div class="wrap"><a class="word" href="/">${STROKES}<span>${t.product}</span></a></div></header>
<main id="main" tabindex="-1"><div class="wrap"><div class="column stack" data-gap="l">
<div class="stack" data-gap="s"><h1>${heading ?? title}</h1>${lede === undefined ? '' : html`<p class="lede">${lede}</p>`}</div>
${body}
</div></div></main>
<footer class="foot"><div class="wrap"><span class="by"><a href="/help">${t.help}</a></span>${path === undefined ? '' : otherLanguages(path, view)}</div></footer>
</div>
</body>
</html>
`
}

/** `path` may have a query. */
export function linkTo(path: string, { chosen, language }: Pick<View, 'language' | 'chosen'>): string {
  return chosen ? `${path}${path.includes('?') ? '&' : '?'}lang=${language}` : path
}

function otherLanguages(path: string, { language }: View): Content {
  return LANGUAGE_IDS.filter((id) => id !== language).map(
    (id) =>
      html`<a href="${linkTo(path, { chosen: true, language: id })}" lang="${id}" hreflang="${id}">${LANGUAGES[id]}</a>`,
  )
}

const STROKES = html`<svg class="strokes" viewBox="0 0 32 32" aria-hidden="true"><path class="first" d="M5.36 10.89L11.98 19.77 9.16 23.34 1.84 13.51A2.2 2.2 0 0 1 5.36 10.89Z"/><path class="second" d="M28 5 10.6 27"/></svg>`

export function icon(strokes: string): Markup {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${strokes}"/></svg>`
}

/** A text with places, `Share 2 details with {who}?`, with markup in them. */
export function sentence(text: string, places: Readonly<Record<string, Content>>): Content {
  return partsOf(text).map((part) => (part.place === undefined ? part.text : places[part.place]))
}

/** A part of a sheet under its own small heading; `id` is of this page alone. */
export function part(id: string, label: Content, body: Content): Markup {
  return html`<section aria-labelledby="${id}"><h2 class="label" id="${id}">${label}</h2>${body}</section>\n`
}

export function sheet(parts: Content): Markup {
  return html`<div class="sheet" data-parts="true">${parts}</div>`
}

type Tone = 'ok' | 'open' | 'warn' | 'bad'

const SHAPES: Readonly<Record<Tone, string>> = { ok: good, open: info, warn: warning, bad: warning }

export function notice(tone: Tone, body: Content, heading?: Content): Markup {
  return html`<div class="notice" data-tone="${tone}">${icon(SHAPES[tone])}<div>${heading === undefined ? '' : html`<h3>${heading}</h3>`}<p>${body}</p></div></div>\n`
}

export function said(tone: Tone, body: Content, strokes = SHAPES[tone]): Markup {
  return html`<p class="said" data-tone="${tone}">${icon(strokes)}<span>${body}</span></p>\n`
}

export interface Fact {
  readonly label: string
  readonly value: string
}

export function factList(facts: readonly Fact[], none: string): Markup {
  const value = (text: string) =>
    text === '' ? html`<dd data-none="true">${none}</dd>` : html`<dd class="foreign">${text}</dd>`
  return html`<dl class="facts">${facts.map((one) => html`<div><dt class="foreign">${one.label}</dt>${value(one.value)}</div>`)}</dl>`
}

/** Ids, codes, exact words: one tap below the plain ones. */
export function technical(lines: readonly string[], { language }: View): Markup {
  const t = plainTexts(language).frame
  return html`<details class="more"><summary>${t.technicalDetails}</summary><section class="codebox" tabindex="0" aria-label="${t.technicalDetails}"><pre>${lines.join('\n')}</pre></section></details>`
}

export type ButtonKind = 'primary' | 'plain' | 'caution' | 'quiet'

/** `id` is what programs find it by, and stays. */
export function submit(id: string, kind: ButtonKind, label: Content): Markup {
  return html`<button type="submit" id="${id}" class="button" data-kind="${kind}"${kind === 'quiet' ? '' : html` data-big="true"`}><span>${label}</span></button>`
}

export function linkButton(href: string, kind: ButtonKind, label: Content, more: Content = ''): Markup {
  return html`<a class="button" data-kind="${kind}" data-big="true" href="${href}"${more}><span>${label}</span></a>`
}

export function form(
  action: string,
  fields: Readonly<Record<string, string>>,
  body: Content,
  view: View,
): Markup {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${linkTo(action, view)}" accept-charset="utf-8">${hidden}${body}</form>\n`
}
