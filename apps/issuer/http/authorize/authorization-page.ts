/**
 * The page on which somebody says yes or no to an issuance (OpenID4VCI 1.0 §5), and the one that says why there is nothing to say.
 * Plain HTML: it works without a script and asks nothing from anywhere. Programs find its parts by their ids, which stay.
 */
import { createHash } from 'node:crypto'
import type { ClientProof } from '@countersign/protocol/openid4vci/authorization/authorization'
import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { PAGE_TEXTS, type PageLanguage, type PageTexts } from './page-texts.ts'

export interface Asked {
  readonly authorizationId: string
  /** As wallets show the issuer. */
  readonly issuerName: string
  readonly credentials: readonly string[]
  /** What the wallet calls itself; foreign text. */
  readonly clientId: string
  /** By what it showed that it is the one that is called so; absent: anybody may say that. */
  readonly clientProof?: ClientProof | undefined
  readonly redirectUri: string
  /** Where the form is posted. */
  readonly action: string
  /** Who it is that is asked, where that was found out. */
  readonly user?: AskedUser | undefined
}

export interface AskedUser {
  readonly method: 'PWD' | 'VP_TOKEN'
  /** Foreign text; absent: nobody says. */
  readonly name?: string | undefined
}

export interface Page {
  readonly markup: Markup
  readonly headers: Readonly<Record<string, string>>
}

export function askingPage(asked: Asked, language: PageLanguage): Page {
  const t = PAGE_TEXTS[language]
  const title = t.title(t.and(asked.credentials))
  const body = html`${factsOf([
    [t.issuedBy, asked.issuerName, 'issuer'],
    ...userFact(asked.user, t),
    [t.gets, t.and(asked.credentials), 'credentials'],
    [t.app, asked.clientId, 'client'],
    [t.backTo, placeOf(asked.redirectUri), 'return'],
  ])}
<p class="note" id="client-note">${t.clients[asked.clientProof ?? 'unproven']}</p>
<form method="post" action="${asked.action}"><input type="hidden" name="authorization" value="${asked.authorizationId}">
<button type="submit" id="approve" name="decision" value="approve">${t.approve}</button>
<button type="submit" id="deny" class="second" name="decision" value="deny">${t.deny}</button></form>`
  return { markup: page(title, body, language), headers: headersFor(asked.redirectUri) }
}

/** What leads to a wallet on this device, and no code for another one: whose answer that would be, nobody could tell. */
export function presentingPage(
  { link, ...asked }: Asked & { readonly link: string },
  language: PageLanguage,
): Page {
  const t = PAGE_TEXTS[language]
  const body = html`${factsOf([
    [t.issuedBy, asked.issuerName, 'issuer'],
    [t.gets, t.and(asked.credentials), 'credentials'],
    [t.app, asked.clientId, 'client'],
  ])}
<p>${t.presentWhy}</p>
<p><a class="button" id="present" href="${link}">${t.present}</a></p>
<p class="note">${t.presentThen}</p>
${leavingForm(asked, t)}`
  return {
    markup: page(t.presentTitle(t.and(asked.credentials)), body, language),
    headers: headersFor(asked.redirectUri),
  }
}

export interface Again extends Pick<Asked, 'authorizationId' | 'redirectUri' | 'action'> {
  /** Where it begins once more. */
  readonly again: string
  /** In the words of the endpoint. */
  readonly reason: string
}

/** It could not be found out who he is, and he may try once more. */
export function againPage(again: Again, language: PageLanguage): Page {
  const t = PAGE_TEXTS[language]
  const body = html`<p>${t.againWhy}</p><p class="note" id="error" lang="en">${again.reason}</p>
<p><a class="button" id="again" href="${again.again}">${t.again}</a></p>
${leavingForm(again, t)}`
  return { markup: page(t.againTitle, body, language), headers: headersFor(again.redirectUri) }
}

function leavingForm(
  { action, authorizationId }: Pick<Asked, 'action' | 'authorizationId'>,
  t: PageTexts,
): Markup {
  return html`<form method="post" action="${action}"><input type="hidden" name="authorization" value="${authorizationId}">
<button type="submit" id="deny" class="second" name="decision" value="deny">${t.deny}</button></form>`
}

type Fact = readonly [label: string, value: string, id: string]

function factsOf(facts: readonly Fact[]): Markup {
  return html`<dl>${facts.map(([label, value, id]) => html`<div><dt>${label}</dt><dd id="${id}"><bdi>${shown(value)}</bdi></dd></div>`)}</dl>`
}

function userFact(user: AskedUser | undefined, t: PageTexts): readonly Fact[] {
  if (user === undefined) return []
  const label = user.method === 'PWD' ? t.loggedIn : t.presented
  return [[label, user.name ?? t.shown, 'user']]
}

/** `reason`: in the words of the endpoint, which are for whoever writes wallets. */
export function refusedPage(reason: string, language: PageLanguage): Page {
  const t = PAGE_TEXTS[language]
  const body = html`<p>${t.nothingHappened}</p><p class="note" id="error" lang="en">${reason}</p>`
  return { markup: page(t.refused, body, language), headers: headersFor(undefined) }
}

/** The host of a web address, the scheme of an app's. */
function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return protocol === 'https:' || protocol === 'http:' ? host : protocol.slice(0, -1)
}

const LONGEST = 200

/** Without what would turn the text around it, or hide in it. */
function shown(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain
}

const STYLE = html`<style>:root{color-scheme:light dark;--surface:light-dark(#f6f4ee,#12131b);--panel:light-dark(#fff,#1b1d28);--text:light-dark(#1a1c2b,#efede7);--muted:light-dark(#585a6a,#a9aaba);--line:light-dark(#dfdbcf,#30323f);--edge:light-dark(#83808c,#7b7e93);--brand:light-dark(#2f3aa6,#aeb6ff);--on-brand:light-dark(#fff,#14163a)}
*{box-sizing:border-box}
body{margin:0;background:var(--surface);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:clamp(1.5rem,6vw,4rem) clamp(1rem,3vw,1.5rem)}
h1{font-size:1.5625rem;line-height:1.2;margin:0 0 1.5rem;overflow-wrap:anywhere}
dl{background:var(--panel);border:1px solid var(--line);border-radius:16px;margin:0 0 1rem;padding:0 1.5rem}
dl div{padding:.75rem 0}dl div+div{border-top:1px solid var(--line)}
dt{color:var(--muted);font-size:.875rem}dd{margin:0;overflow-wrap:anywhere}
.note{color:var(--muted);font-size:.875rem;overflow-wrap:anywhere}
form{display:grid;gap:.75rem;margin-top:1.5rem}
a.button{display:block;text-align:center;text-decoration:none}
button,a.button{min-height:2.75rem;border-radius:12px;border:1px solid var(--brand);background:var(--brand);color:var(--on-brand);font:inherit;font-weight:550;padding:.5rem 1rem;cursor:pointer}
button.second{background:none;border-color:var(--edge);color:var(--text)}
button:focus-visible,a:focus-visible{outline:3px solid var(--brand);outline-offset:2px}</style>`

/** CSP Level 3 §8.5: of what stands between the tags. */
const STYLE_HASH = createHash('sha256')
  .update(STYLE.text.slice('<style>'.length, -'</style>'.length))
  .digest('base64')

function page(title: string, body: Content, language: PageLanguage): Markup {
  return html`<!doctype html>
<html lang="${language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${STYLE}
</head>
<body><main>
<h1>${title}</h1>
${body}
</main></body>
</html>
`
}

function headersFor(redirectUri: string | undefined): Page['headers'] {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "img-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // The answer to the form sends the browser on, and the policy of the page that it was on says whether it goes (CSP3 §6.4.1.1).
    `form-action 'self'${redirectUri === undefined ? '' : ` ${sourceOf(redirectUri)}`}`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    // The form says which page it was on, and the client is told nothing.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    vary: 'accept-language',
  }
}

/** As a policy names it: the origin of a web address, the scheme of an app's. */
function sourceOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri)
  return origin === 'null' ? protocol : origin
}
