/** Before anybody is asked for anything: what the link is, who is there, which wallet is meant; and that nothing came of it. */

import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { lock } from '@countersign/ui/elements/icons'
import { hostOf, plainText } from '@countersign/ui/elements/plain-name'
import { ENTRY, LOG_IN, OPEN } from './addresses.ts'
import { form, linkButton, notice, page, part, said, sheet, submit, technical, type View } from './frame.ts'
import { plainTexts } from './texts/plain-texts.ts'

/** Following a link asks nobody anything, not even who is logged in: first the page says what it is, and its button asks. */
export function entryPage(link: string, view: View): Markup {
  const t = plainTexts(view.language).open
  const host = namedIn(link)
  const body = html`${sheet([
    html`<div class="stack" data-gap="m"><p>${t.request}</p>${said('open', t.nothingYet, lock)}</div>`,
    host === '' ? '' : part('link-host', t.saysFrom, html`<bdi class="host" dir="ltr">${host}</bdi>`),
  ])}
${form(OPEN, { request: link }, actions([submit('look', 'primary', t.look), linkButton('/', 'plain', t.leave)]), view)}
${otherPages(link, view)}`
  const path = `${ENTRY}${new URL(link).search}`
  return page({ title: t.title, body, path }, view)
}

/** Where the rest of it lies, as the link says. */
function namedIn(link: string): string {
  const { searchParams } = new URL(link)
  return hostOf(searchParams.get('request_uri') ?? '') || hostOf(searchParams.get('response_uri') ?? '')
}

export function actions(buttons: Content): Markup {
  return html`<div class="actions" data-fill="true">${buttons}</div>`
}

export interface LogInPage {
  /** What is gone on with: the link, or the place of what was opened. */
  readonly along: Readonly<Record<string, string>>
  readonly email?: string
  /** Why the last try did not work. */
  readonly problem?: string | undefined
}

export function logInPage({ along, email = '', problem }: LogInPage, view: View): Markup {
  const { plain, welcome: t } = plainTexts(view.language)
  const fields = html`<div class="stack" data-gap="m">
<div class="field"><label for="email">${t.email}</label><input class="input" id="email" name="email" type="email" autocomplete="username" required maxlength="320" dir="ltr" value="${email}"></div>
<div class="field"><label for="password">${t.password}</label><input class="input" id="password" name="password" type="password" autocomplete="current-password" required maxlength="1000"></div>
${actions(submit('log-in', 'primary', t.logIn))}</div>`
  const body = html`${problem === undefined ? '' : notice('bad', problem)}
${sheet(form(LOG_IN, along, fields, view))}
${otherPages(along['request'], view)}`
  return page({ title: t.title, lede: plain.logInFirst, body }, view)
}

/** The same request where there is a script: passkeys, cards as they look. Behind `#` no server sees it. */
function otherPages(link: string | undefined, { language }: View): Markup {
  const href = link === undefined ? '/' : `/open#${encodeURIComponent(link)}`
  return html`<p class="muted"><a href="${href}">${plainTexts(language).plain.withScript}</a></p>`
}

export interface NamedWallet {
  readonly id: string
  readonly name: string
}

export function walletPage(link: string, wallets: readonly NamedWallet[], view: View): Markup {
  const { plain: t } = plainTexts(view.language)
  const choices = wallets.map(
    ({ id, name }, at) =>
      html`<label class="choice"><input class="tick" type="radio" name="wallet" value="${id}"${at === 0 ? html` checked` : ''}><span></span><span><b class="foreign">${plainText(name)}</b></span></label>`,
  )
  const fields = html`<div class="stack" data-gap="m"><div role="radiogroup" aria-label="${t.whichWallet}">${choices}</div>${actions(submit('go-on', 'primary', t.goOn))}</div>`
  return page({ title: t.whichWallet, body: sheet(form(OPEN, { request: link }, fields, view)) }, view)
}

export interface ErrorPage {
  /** A sentence. */
  readonly why: string
  /** For programs, and whoever is asked for help. */
  readonly code: string
  readonly message?: string | undefined
}

/** Its heading is always the same, and so is the place of the code: programs find both. */
export function errorPage({ code, message, why }: ErrorPage, view: View): Markup {
  const { plain, request } = plainTexts(view.language)
  const body = html`<p id="error" data-code="${code}">${why}</p>
${actions(linkButton('/', 'plain', request.toCards))}
${technical([`error  ${code}`, ...(message === undefined ? [] : [plainText(message)])], view)}`
  return page({ title: plain.cannot, body }, view)
}
