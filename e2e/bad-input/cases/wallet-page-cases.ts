/** The wallet's pages: what is open under an id, logins in cookies, and passkeys. */
import { expectStatus } from '@countersign/testing/client/http'
import { type BadInput, chapter, type Stage } from '../case.ts'
import { loggedIn } from '../logged-in.ts'
import { offerOfIssuer } from '../stages.ts'
import { authorization, type Login, register } from '../wallet-login.ts'
import { sendJson, type TimedAnswer } from '../wire.ts'
import type { World } from '../world.ts'

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'

function post({ wallet }: World, path: string, { token }: Login, body: unknown): Promise<TimedAnswer> {
  return sendJson(`${wallet.url}/wallet-api/${path}`, body, authorization(token))
}

function exchange(world: World, login: Login, path: string, body: unknown = {}): Promise<TimedAnswer> {
  return post(world, `wallet/${login.walletId}/exchange/${path}`, login, body)
}

function opening(what: 'offers' | 'requests', name: string, message: RegExp, body: unknown): BadInput<Login> {
  return {
    name: `${what}: ${name}`,
    status: 400,
    message,
    send: (login, world) => exchange(world, login, what, body),
  }
}

const openings: readonly BadInput<Login>[] = [
  opening('offers', 'nothing', /offer/, {}),
  opening('offers', 'a number', /offer/, { offer: 7 }),
  opening('offers', 'no URL', /URL of a credential offer/, { offer: 'hello' }),
  opening('offers', 'an offer without an issuer', /malformed at/, { offer: {} }),
  opening('offers', 'a member that nobody knows', /accept is not known/, { offer: 'x', accept: true }),
  opening('offers', 'an address of a cloud', /does not go to|not allowed/, {
    offer: 'openid-credential-offer://?credential_offer_uri=http%3A%2F%2F169.254.169.254%2F',
  }),
  opening('requests', 'nothing', /request/, {}),
  opening('requests', 'a list', /request/, { request: [] }),
  opening('requests', 'no URL', /URL of a presentation request/, { request: 'hello' }),
  opening('requests', 'a request with an answer in it', /accept is not known/, {
    request: 'x',
    accept: true,
  }),
]

const unknown = { status: 404, message: /nothing under this id/ } as const

function unknownId(path: string, body: unknown): BadInput<Login> {
  return { name: path, ...unknown, send: (login, world) => exchange(world, login, path, body) }
}

const one = { queryId: 'q', credentialId: 'c' }

const ids: readonly BadInput<Login>[] = [
  unknownId(`offers/${NO_ID}/use`, {}),
  unknownId(`offers/${NO_ID}/reject`, {}),
  unknownId(`requests/${NO_ID}/use`, { selections: [one] }),
  unknownId(`requests/${NO_ID}/reject`, {}),
  unknownId('offers/__proto__/use', {}),
  unknownId("requests/'%20OR%20'1'='1/reject", {}),
]

function using(name: string, message: RegExp, body: unknown): BadInput<Login> {
  return {
    name,
    status: 400,
    message,
    send: (login, world) => exchange(world, login, `requests/${NO_ID}/use`, body),
  }
}

const selections: readonly BadInput<Login>[] = [
  using('no selection', /selections/, { selections: [] }),
  using('a selection of nothing', /selections/, { selections: [{}] }),
  using('a path that is a text', /optionalClaims/, { selections: [{ ...one, optionalClaims: ['name'] }] }),
  using('an alternative below all', /alternative/, { selections: [{ ...one, alternative: -1 }] }),
  using('disclosures of the other call', /disclosures is not known/, { selections: [one], disclosures: {} }),
  using('a thousand selections', /selections/, { selections: Array.from({ length: 1000 }, () => one) }),
]

/** Somebody else's, which stays open. */
const openOffer: Stage<{ readonly login: Login; readonly id: string }> = {
  async prepare(world) {
    const login = await register(world.wallet)
    const { id: offer } = await offerOfIssuer(world.issuer.url, {})
    const url = new URL('openid-credential-offer://')
    url.searchParams.set('credential_offer_uri', `${world.issuer.url}/credentialOffer?id=${offer}`)
    const opened = expectStatus(await exchange(world, login, 'offers', { offer: url.href }), 201)
    return { login, id: String(JSON.parse(opened.text).id) }
  },
  async goOn({ id, login }, world) {
    expectStatus(await exchange(world, login, `offers/${id}/use`), 200)
  },
}

const cookie = (token: string) => ({ cookie: `login=${token}` })
const unconfirmed = { status: 403, message: /x-countersign-csrf/ } as const

function withCookie(name: string, more: Readonly<Record<string, string>>): BadInput<Login> {
  return {
    name,
    ...unconfirmed,
    send: ({ token, walletId }, { wallet }) =>
      sendJson(
        `${wallet.url}/wallet-api/wallet/${walletId}/exchange/offers`,
        { offer: 'x' },
        { ...cookie(token), ...more },
      ),
  }
}

const cookies: readonly BadInput<Login>[] = [
  withCookie('without the header', {}),
  withCookie('with an empty header', { 'x-countersign-csrf': '' }),
  withCookie('with a header that was made up', { 'x-countersign-csrf': 'A'.repeat(43) }),
  withCookie('from the address bar', { 'sec-fetch-site': 'none' }),
  {
    name: 'a login in a cookie for another site',
    status: 403,
    message: /pages of this wallet/,
    send: ({ email, password }, { wallet }) =>
      sendJson(
        `${wallet.url}/wallet-api/auth/login`,
        { email, password, session: 'cookie' },
        { 'sec-fetch-site': 'same-site' },
      ),
  },
]

function ceremony(name: string, path: string, message: RegExp, body: unknown): BadInput<Login> {
  return {
    name: `${path}: ${name}`,
    status: 400,
    message,
    send: (_, { wallet }) => sendJson(`${wallet.url}/wallet-api/auth/passkeys${path}`, body),
  }
}

const passkeys: readonly BadInput<Login>[] = ['', '/login'].flatMap((path) => [
  ceremony('nothing', path, /ceremony/, {}),
  ceremony('no answer', path, /credential/, { ceremony: 'x' }),
  ceremony('a ceremony that was made up', path, /begin again/, { ceremony: 'A'.repeat(300), credential: {} }),
  ceremony('a ceremony without end', path, /ceremony/, { ceremony: 'A'.repeat(5000), credential: {} }),
  ceremony('an answer that is a text', path, /credential/, { ceremony: 'x', credential: 'x' }),
])

export const walletPageChapters = [
  chapter('wallet, opening what a page shows', loggedIn, openings),
  chapter('wallet, an id that leads nowhere', loggedIn, ids),
  chapter('wallet, what is selected', loggedIn, selections),
  chapter('wallet, an offer that somebody else has open', openOffer, [
    {
      name: 'is not taken up',
      ...unknown,
      send: ({ id }, world) => exchange(world, world.login, `offers/${id}/use`),
    },
    {
      name: 'is not rejected',
      ...unknown,
      send: ({ id }, world) => exchange(world, world.login, `offers/${id}/reject`),
    },
  ]),
  chapter('wallet, a login in a cookie', loggedIn, cookies),
  chapter('wallet, passkeys', loggedIn, passkeys),
]
