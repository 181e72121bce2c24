/** What stands around every page: head, header, footer with the other language. No page has a script. */
import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { LANGUAGES, type LanguageId, siteTexts } from './texts/site-texts.ts'

/** How a page is shown. */
export interface View {
  readonly language: LanguageId
  /** The language was chosen by a link, and goes along with every other one. */
  readonly chosen: boolean
  /** Path of the public address, in front of every path. */
  readonly basePath: string
  /** Whether there is a page of the API to lead to. */
  readonly apiPage: boolean
}

export interface FrameParts {
  /** Also the heading. */
  readonly title: string
  /** Where this page is, with its query but without a language. */
  readonly path: string
  readonly body: Content
}

export function page({ body, path, title }: FrameParts, view: View): Markup {
  const t = siteTexts(view.language)
  return html`<!doctype html>
<html lang="${view.language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – ${t.product}</title>
<link rel="icon" href="${view.basePath}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${view.basePath}/style.css">
</head>
<body>
<div class="page-root">
<a class="skip" href="#main">${t.skip}</a>
<header class="top"><div class="wrap">
<a class="word" href="${linkTo('/', view)}">${STROKES}<span>${t.product}</span></a>
<nav class="nav" aria-label="${t.mainMenu}"><ul role="list">
<li><a href="${linkTo('/', view)}"${path === '/' ? html` aria-current="page"` : ''}>${t.types}</a></li>
${view.apiPage ? html`<li><a href="${view.basePath}/swagger">${t.api}</a></li>` : ''}
</ul></nav>
</div></header>
<main id="main" tabindex="-1"><div class="wrap">${body}</div></main>
<footer class="foot"><div class="wrap"><span class="by">${t.invented}</span>${otherLanguages(path, view)}</div></footer>
</div>
</body>
</html>
`
}

/** `path` may have a query. */
export function linkTo(path: string, { basePath, chosen, language }: View): string {
  if (!chosen) return basePath + path
  return `${basePath}${path}${path.includes('?') ? '&' : '?'}lang=${language}`
}

function otherLanguages(path: string, view: View): Content {
  const others = Object.entries(LANGUAGES).filter(([id]) => id !== view.language)
  return others.map(([id, name]) => {
    const href = linkTo(path, { ...view, chosen: true, language: id as LanguageId })
    return html`<a href="${href}" lang="${id}" hreflang="${id}">${name}</a>`
  })
}

const STROKES = html`<svg class="strokes" viewBox="0 0 32 32" aria-hidden="true"><path class="first" d="M5.36 10.89L11.98 19.77 9.16 23.34 1.84 13.51A2.2 2.2 0 0 1 5.36 10.89Z"/><path class="second" d="M28 5 10.6 27"/></svg>`

/** The mark alone, where a browser shows a page by it. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-linecap="round"><path fill="#5a66d8" d="M5.36 10.89 11.98 19.77 9.16 23.34 1.84 13.51A2.2 2.2 0 0 1 5.36 10.89Z"/><path stroke="#7d7f92" stroke-width="4.4" d="M28 5 10.6 27"/></svg>`
