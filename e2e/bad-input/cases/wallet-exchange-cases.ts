/** The wallet: where it can be sent by somebody else's URL. */
import assert from 'node:assert/strict'
import { identityQuery } from '@countersign/testing/client/flows'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { type BadInput, chapter, type Stage } from '../case.ts'
import { loggedIn } from '../logged-in.ts'
import type { Service } from '../service.ts'
import { anyVerification, type Offered, offerOfIssuer, verificationResult } from '../stages.ts'
import { at, authorization, type Login, register } from '../wallet-login.ts'
import { send, type TimedAnswer } from '../wire.ts'
import type { World } from '../world.ts'

type Call =
  | 'resolveCredentialOffer'
  | 'useOfferRequest'
  | 'resolvePresentationRequest'
  | 'matchCredentialsForPresentationRequest'

function exchange(
  service: Service,
  { walletId, token }: Login,
  what: string,
  text: string,
): Promise<TimedAnswer> {
  return send(`${service.url}/wallet-api/wallet/${walletId}/exchange/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', ...authorization(token) },
    body: text,
  })
}

function text(what: Call, name: string, message: RegExp, body: string): BadInput<Login> {
  return {
    name: `${what}: ${name}`,
    status: 400,
    message,
    send: (login, { wallet }) => exchange(wallet, login, what, body),
  }
}

const offerUrl = (uri: string) =>
  `openid-credential-offer://?${new URLSearchParams({ credential_offer_uri: uri }).toString()}`
const requestUrl = (uri: string) =>
  `openid4vp://?${new URLSearchParams({ client_id: 'x509_hash:abc', request_uri: uri }).toString()}`

const offers: readonly BadInput<Login>[] = (['resolveCredentialOffer', 'useOfferRequest'] as const).flatMap(
  (what) => [
    text(what, 'no URL', /URL of a credential offer|malformed|not/, 'hello'),
    text(what, 'a URL without an offer', /no credential offer/, 'openid-credential-offer://'),
    text(
      what,
      'two offers in one URL',
      /more than one/,
      `${offerUrl('https://issuer.example/o')}&credential_offer=%7B%7D`,
    ),
    text(what, 'a file', /not an https URL/, offerUrl('file:///etc/passwd')),
    text(what, 'a script', /not an https URL/, offerUrl('javascript:alert(1)')),
    text(what, 'an offer that is no JSON', /JSON/, 'openid-credential-offer://?credential_offer=%7B'),
    text(
      what,
      'an offer without an issuer',
      /malformed at/,
      'openid-credential-offer://?credential_offer=%7B%7D',
    ),
    text(
      what,
      'an address of a cloud',
      /does not go to|not allowed/,
      offerUrl('http://169.254.169.254/latest/meta-data'),
    ),
  ],
)

const requests: readonly BadInput<Login>[] = (
  ['resolvePresentationRequest', 'matchCredentialsForPresentationRequest'] as const
).flatMap((what) => [
  text(what, 'no URL', /URL of a presentation request/, 'hello'),
  text(what, 'no client', /client_id/, 'openid4vp://?request_uri=https%3A%2F%2Fv.example'),
  text(
    what,
    'no request',
    /has no request: neither request_uri nor request/,
    'openid4vp://?client_id=x509_hash%3Aabc',
  ),
  text(
    what,
    'a request that nobody signed, of a verifier that signs',
    /not signed/,
    'openid4vp://?response_type=vp_token&nonce=n&client_id=x509_san_dns%3Ashop.example',
  ),
  text(
    what,
    'a query that is no JSON',
    /dcql_query of the presentation request is not JSON/,
    'openid4vp://?response_type=vp_token&client_id=redirect_uri%3Ahttps%3A%2F%2Fa.example&dcql_query=%7B',
  ),
  text(what, 'a file', /not an https URL/, requestUrl('file:///etc/passwd')),
  text(what, 'an address of a cloud', /does not go to|not allowed/, requestUrl('https://169.254.169.254/')),
])

/** Afterwards the offer can still be taken up. */
const offeredToWallet: Stage<Offered & { readonly url: string }> = {
  async prepare({ issuer }) {
    const offered = await offerOfIssuer(issuer.url, { txCode: { length: 4 }, txCodeValue: '4711' })
    return { ...offered, url: offerUrl(`${issuer.url}/credentialOffer?id=${offered.id}`) }
  },
  async goOn({ url }, { wallet, login }) {
    expectStatus(await exchange(wallet, login, 'useOfferRequest?pinOrTxCode=4711', url), 200)
  },
}

/** A wallet that may not go to private addresses is sent to one: nobody there must notice. */
const guarded: Stage<{ readonly login: Login; readonly id: string; readonly url: string }> = {
  async prepare({ guardedWallet, verifier }) {
    const json = { accept: 'application/json' }
    const started = await postJson(`${verifier.url}/openid4vc/verify`, { dcql_query: identityQuery }, json)
    const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
    return { login: await register(guardedWallet), id, url }
  },
  async goOn({ id }, { verifier }) {
    assert.equal((await verificationResult(verifier.url, id))['state'], 'created')
  },
}

const notThere = { status: 400, message: /does not go to .*not allowed/ } as const
const inner = [
  '127.0.0.1',
  'localhost',
  '[::1]',
  '10.0.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
  '2130706433',
]

export const walletExchangeChapters = [
  chapter('wallet, offers', loggedIn, offers),
  chapter('wallet, requests', loggedIn, requests),
  chapter('wallet, taking up an offer', offeredToWallet, [
    {
      name: 'without its transaction code',
      status: 400,
      message: /needs a transaction code/,
      send: ({ url }, { wallet, login }) => exchange(wallet, login, 'useOfferRequest', url),
    },
    {
      name: 'with a wrong transaction code',
      status: 400,
      message: /transaction code is wrong/,
      send: ({ url }, { wallet, login }) => exchange(wallet, login, 'useOfferRequest?pinOrTxCode=0000', url),
    },
    {
      name: 'for a DID that is not there',
      status: 404,
      message: /no such DID/,
      send: ({ url }, { wallet, login }) =>
        exchange(wallet, login, 'useOfferRequest?pinOrTxCode=4711&did=did:web:x', url),
    },
    {
      name: 'that the issuer does not know',
      status: 400,
      message: /does not give out this offer/,
      send: ({ issuerUrl }, { wallet, login }) =>
        exchange(
          wallet,
          login,
          'useOfferRequest',
          offerUrl(`${issuerUrl}/credentialOffer?id=AAAAAAAAAAAAAAAAAAAAAA`),
        ),
    },
  ]),
  chapter('wallet, a request that nobody has', anyVerification, [
    {
      name: 'at the verifier',
      status: 400,
      message: /does not give out this request/,
      send: (_, { wallet, verifier, login }) =>
        exchange(
          wallet,
          login,
          'resolvePresentationRequest',
          requestUrl(`${verifier.url}/openid4vc/request/AAAAAAAAAAAAAAAAAAAAAA`),
        ),
    },
  ]),
  chapter('wallet that may not go to private addresses', guarded, [
    {
      name: 'the request of a verifier next door',
      ...notThere,
      send: ({ login, url }, { guardedWallet }) =>
        exchange(guardedWallet, login, 'resolvePresentationRequest', url),
    },
    {
      name: 'the offer of an issuer next door',
      ...notThere,
      send: ({ login }, { guardedWallet, issuer }) =>
        exchange(
          guardedWallet,
          login,
          'resolveCredentialOffer',
          offerUrl(`${issuer.url}/credentialOffer?id=AAAAAAAAAAAAAAAAAAAAAA`),
        ),
    },
    {
      name: 'the metadata of an issuer next door',
      ...notThere,
      send: ({ login }, { guardedWallet, issuer }) =>
        at(
          guardedWallet,
          `wallet/${login.walletId}/exchange/resolveIssuerOpenIDMetadata?issuer=${encodeURIComponent(issuer.url)}`,
          authorization(login.token),
        ),
    },
  ]),
  chapter(
    'wallet that may not go to private addresses, by any name',
    {
      prepare: ({ guardedWallet }: World) => (guardedLogin ??= register(guardedWallet)),
      goOn: async () => undefined,
    },
    inner.map((host) => ({
      name: host,
      ...notThere,
      send: (login: Login, { guardedWallet }: World) =>
        exchange(guardedWallet, login, 'resolvePresentationRequest', requestUrl(`https://${host}:1/request`)),
    })),
  ),
]

let guardedLogin: Promise<Login> | undefined
