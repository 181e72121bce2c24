/** What others write, on every page: it is text, and leads nowhere. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { describe, expect, it } from 'vitest'
import { firstChoices } from '../shown/choices.ts'
import { choosePage, consentPage, noMatchPage } from './consent-page.ts'
import { entryPage, errorPage, logInPage, walletPage } from './entry-pages.ts'
import { candidate, free, preview, query, way } from './preview.testing.ts'
import { endedPage, resultPage } from './result-page.ts'

const MARKUP = `"><img src=x onerror=alert(1)><script>alert(2)</script>'&amp;{who}`
/** What others may write. */
const EVIL = `${MARKUP}\u202e\u200b`
const view = { language: 'en', chosen: true, styles: ['/assets/style-1.css'] } as const
const place = { wallet: EVIL, exchange: EVIL }

const evilClaim = { path: [EVIL], label: EVIL, value: EVIL, caution: 'sensitive' as const }
const evilCard = candidate(EVIL, {
  title: EVIL,
  issuerName: EVIL,
  claims: [{ ...evilClaim, needed: 'asked' }],
  optional: [{ ...evilClaim, along: [evilClaim] }],
  alternatives: [way(0, EVIL, EVIL)],
  notShared: { labels: [EVIL], more: 1 },
})
const evil = preview([query(EVIL, evilCard, { ...evilCard, credentialId: 'second' })], {
  id: EVIL,
  expiresAt: EVIL,
  verifier: {
    clientId: EVIL,
    // Of an address, so it is ASCII.
    host: MARKUP,
    name: EVIL,
    logo: { uri: 'javascript:alert(3)' },
    trust: { trusted: true, name: `CN=${EVIL}`, anchor: EVIL, source: EVIL },
  },
  purpose: { text: EVIL.repeat(20), source: 'verifier_info' },
  transactions: [{ type: EVIL, title: EVIL, fields: [{ label: EVIL, value: EVIL }], queryIds: [EVIL] }],
  before: { shared: true, at: EVIL, details: 3, same: false, otherIdentifier: true },
})
const unmet: RequestPreview = {
  ...evil,
  satisfiable: false,
  queries: [
    {
      ...query(EVIL),
      unmet: {
        reason: 'claim_missing',
        wanted: { types: [EVIL], title: EVIL, claims: [{ path: [EVIL], label: EVIL }] },
        near: [
          {
            credentialId: EVIL,
            title: EVIL,
            reason: 'value_differs',
            claim: { path: [EVIL], label: EVIL },
          },
        ],
      },
    },
  ],
}

function decided(state: RequestPreview['state'], redirectUri?: string): RequestPreview {
  const shared = [{ queryId: EVIL, title: EVIL, issuerName: EVIL, claims: [evilClaim] }]
  const refusal = { host: EVIL, status: 400, error: EVIL, description: EVIL }
  const result = {
    at: EVIL,
    dataSent: true,
    shared,
    refusal,
    ...(redirectUri !== undefined && { redirectUri }),
  }
  return { ...evil, state, result }
}

const consenting = { place, preview: evil, choices: firstChoices(evil), csrf: EVIL, problem: MARKUP }
const stranger: RequestPreview = {
  ...evil,
  verifier: { ...evil.verifier, host: undefined, trust: { trusted: false, name: EVIL, reason: EVIL } },
}
const link = `openid4vp://authorize?client_id=${encodeURIComponent(EVIL)}&request_uri=${encodeURIComponent(`https://${EVIL}`)}`

const PAGES: readonly (readonly [string, string])[] = [
  ['the entry', entryPage(link, view).text],
  [
    'the log-in',
    logInPage({ along: { request: link, [EVIL]: EVIL }, email: EVIL, problem: MARKUP }, view).text,
  ],
  ['the choice of a wallet', walletPage(link, [{ id: EVIL, name: EVIL }], view).text],
  ['an error', errorPage({ why: MARKUP, code: MARKUP, message: EVIL }, view).text],
  ['the end', endedPage(MARKUP, view).text],
  ['the choice', choosePage(consenting, view).text],
  ['the question', consentPage(consenting, view).text],
  ['the question of a stranger', consentPage({ ...consenting, preview: stranger }, view).text],
  ['no match', noMatchPage({ ...consenting, preview: unmet }, view).text],
  ...(['shared', 'declined', 'refused'] as const).map(
    (state) => [`the result ${state}`, resultPage(decided(state, EVIL), place, view).text] as const,
  ),
]

describe.each(PAGES)('%s', (_page, text) => {
  it('has no markup but ours', () => {
    expect(text).toMatch(/&#60;script|%3Cscript/)
    expect(text).not.toMatch(/<script|<img|onerror=alert\(1\)>|<iframe|<object/)
    // Every attribute ends where we ended it: what is between tags has no quote of theirs.
    const attributes = [...text.matchAll(/<[a-z][a-z0-9]*((?:\s[^<>"]*(?:"[^"<>]*")?)*)\/?>/gi)]
    expect(attributes.length).toBeGreaterThan(20)
    expect(text.replaceAll(/<\/?[a-z!][a-z0-9]*(?:\s+[a-z-]+(?:="[^"<>]*")?)*\s*\/?>/gi, '')).not.toMatch(
      /[<>]/,
    )
  })

  it('has no text that turns or hides what stands around it', () => {
    // What goes back as it came is in no sight: a field that is hidden, an address, what was typed.
    const seen = text.replaceAll(/<input[^>]*>|href="[^"]*"|action="[^"]*"/g, '')
    expect(seen).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/)
  })

  it('leads to us, or where we said', () => {
    const targets = [...text.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, target = '']) => target)
    expect(targets.filter((target) => !/^(?:\/(?!\/)|#)/.test(target))).toEqual([])
    expect(text).not.toMatch(/<form(?![^>]* action="\/)/)
  })
})

describe('the way back', () => {
  it.each([
    ['https://shop.example/done?a=1', 'https://shop.example/done?a=1'],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['//shop.example', undefined],
  ])('%s', (redirectUri, href) => {
    const text = resultPage(decided('shared', redirectUri), place, view).text
    const found = /<a [^>]*href="([^"]*)" id="go-back" rel="noreferrer external"/.exec(text)?.[1]
    expect(found).toBe(href)
  })
})

describe('the page that shares', () => {
  const one = preview([query('pid', candidate('card'))])
  const asking = {
    place: { wallet: 'w', exchange: 'e' },
    preview: one,
    choices: firstChoices(one),
    csrf: 'c',
  }
  const hidden = (text: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1]

  it('has what would be shared in its form, and says that nothing is authorised', () => {
    const { text } = consentPage(asking, view)
    const selections = hidden(text, 'selections')?.replaceAll('&#34;', '"') ?? ''
    expect(JSON.parse(selections)).toEqual([{ queryId: 'pid', credentialId: 'card', optionalClaims: [] }])
    expect([hidden(text, 'csrf'), hidden(text, 'authorize')]).toEqual(['c', undefined])
    expect(text).toContain('given_name-value')
    expect(text).toContain('action="/wallet-api/authorize/w/e/use?lang=en"')
  })

  it('authorises what it shows', () => {
    const transactions = [
      { type: 't', title: 'Payment', fields: [{ label: 'Amount', value: '5' }], queryIds: ['pid'] },
    ]
    const { text } = consentPage({ ...asking, preview: { ...one, transactions } }, view)
    expect(hidden(text, 'authorize')).toBe('yes')
    expect(text).toContain('<dt class="foreign">Amount</dt><dd class="foreign">5</dd>')
  })

  it('sends again what may have left, whatever would be chosen now', () => {
    const kept = [{ queryId: 'pid', credentialId: 'other', optionalClaims: [] }]
    const { text } = consentPage({ ...asking, preview: { ...one, state: 'unfinished' }, kept }, view)
    expect(hidden(text, 'selections')).toContain('other')
    expect(text).toContain('The connection broke.')
  })

  it('says what they asked for and do not get', () => {
    const card = candidate('card', { optional: [free('email'), free('phone', 'street')] })
    const more = preview([query('pid', card)])
    const choices = { ...firstChoices(more), extras: { pid: ['["phone"]'] } }
    const { text } = consentPage({ ...asking, preview: more, choices }, view)
    expect(text).toContain('Not shared: email.')
    expect(text).toContain('Share 3 details')
    for (const leaving of ['given_name-value', 'phone-value', 'street-value']) expect(text).toContain(leaving)
    expect(text).not.toContain('email-value')
  })

  it('says where a card can be recognised, since each copy of it has been seen', () => {
    const sentence = 'Each copy of this card has been seen by somebody'
    const seen = preview([query('pid', candidate('card', { reused: true }))])
    const asked = { ...asking, preview: seen, choices: firstChoices(seen) }
    expect(consentPage(asked, view).text).toContain(sentence)
    expect(consentPage(asked, { ...view, language: 'de' }).text).toContain('Jedes Exemplar dieser Karte')
    expect(consentPage(asking, view).text).not.toContain(sentence)
  })

  it('has no button where nothing would be shared', () => {
    const { text } = consentPage({ ...asking, choices: { ...asking.choices, options: [undefined] } }, view)
    expect(text).not.toContain('id="share"')
    expect(text).toContain('id="decline"')
  })

  it('says of a stranger that nobody vouches for them', () => {
    const trust = { trusted: false, name: 'CN=Your Bank' }
    const unknown = { ...one, verifier: { ...one.verifier, trust } }
    const { text } = consentPage({ ...asking, preview: unknown }, view)
    expect(text).toContain('We could not confirm who this is.')
    expect(text).toContain('<h1>Share 1 detail with <bdi class="host" dir="ltr">shop.example</bdi>?</h1>')
    expect(text).not.toContain('Your Bank')
  })
})

describe('of who asks', () => {
  const said = (reason: string) => {
    const asked = { ...stranger, verifier: { ...stranger.verifier, trust: { trusted: false, reason } } }
    return consentPage({ ...consenting, preview: asked }, view).text
  }

  it('it says that nobody signed where nobody did, and otherwise that nobody vouches', () => {
    expect(said('request_unsigned')).toContain('Nobody signed this request')
    expect(said('chain_untrusted')).toContain('We could not confirm who this is')
    expect(said('chain_untrusted')).not.toContain('Nobody signed')
  })
})
