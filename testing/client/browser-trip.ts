/**
 * Somebody takes an offer up in a browser that keeps cookies and is sent from site to site, with a wallet of the protocols around it:
 * request, page by page, code, credential. Nothing is followed by itself, so a test can do something between any two pages.
 */
import { nodeCrypto } from '@countersign/keys/engines/node'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { newKey } from '../people/keys.ts'
import { type Answer, call, expectStatus, postForm, postJson } from './http.ts'
import {
  credentialOf,
  identityConfiguration,
  keyProof,
  offerUri,
  requestCredential,
  requestNonce,
} from './protocol-wallet.ts'

export interface Browser {
  get(url: string): Promise<Answer>
  /** A button of a form on the page that `answer` is. */
  press(answer: Answer, decision: 'approve' | 'deny', url: string): Promise<Answer>
}

/** Cookies by host and name, as browsers tell no ports apart; paths are not looked at. */
export function newBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>()
  const cookiesAt = (url: string) => {
    const { hostname } = new URL(url)
    const cookies = jar.get(hostname) ?? new Map<string, string>()
    jar.set(hostname, cookies)
    return cookies
  }
  const keep = (url: string, answer: Answer) => {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      cookiesAt(url).set(pair.slice(0, at), pair.slice(at + 1))
    }
    return answer
  }
  const cookie = (url: string) => [...cookiesAt(url)].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    get: async (url) => keep(url, await call(url, { headers: { cookie: cookie(url) } })),
    press: (answer, decision, url) => {
      const action = new URL(/<form[^>]* action="([^"]+)"/.exec(answer.text)?.[1] ?? '', url).href
      const authorization = /name="authorization" value="([\w-]+)"/.exec(answer.text)?.[1] ?? ''
      const form = new URLSearchParams({ authorization, decision })
      return postForm(action, form.toString(), { cookie: cookie(url), 'sec-fetch-site': 'same-origin' })
    },
  }
}

/** Where an answer sends the browser. */
export function locationOf(answer: Answer, url: string): string {
  return new URL(expectStatus(answer, 303).headers.get('location') ?? '', url).href
}

/** Text between the tags of an element that has this id. */
export function textAt({ text }: Answer, id: string): string | undefined {
  return new RegExp(`id="${id}"[^>]*>(?:<bdi>)?([^<]*)<`).exec(text)?.[1]
}

const CLIENT = 'https://wallet.example'
const BACK = 'https://wallet.example/back'

export interface Trip {
  readonly issuer: string
  readonly sessionId: string
  readonly verifier: string
  /** Where the wallet sends its user's browser. */
  readonly address: string
}

/** An offer that is made as `order` says, and a wallet's request for it, pushed. */
export async function offeredAndPushed(issuer: string, order: object): Promise<Trip> {
  const body = { credentialConfigurationId: identityConfiguration, ...order }
  const made = await postJson(`${issuer}/openid4vc/sdjwt/issue`, body, { accept: 'application/json' })
  const { id, url } = expectStatus(made, 200).json() as { id: string; url: string }
  const offer = expectStatus(await call(offerUri(url)), 200).json() as {
    grants: { authorization_code: { issuer_state: string } }
  }
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const form = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: BACK,
    state: 'of the wallet',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    issuer_state: offer.grants.authorization_code.issuer_state,
  })
  const pushed = expectStatus(await postForm(`${issuer}/par`, form.toString()), 201)
  const reference = new URLSearchParams({
    client_id: CLIENT,
    request_uri: String(pushed.json()['request_uri']),
  })
  return { issuer, sessionId: id, verifier, address: `${issuer}/authorize?${reference.toString()}` }
}

/** What the wallet finds in the address that the browser comes back to it with. */
export function broughtBack(answer: Answer): Readonly<Record<string, string>> {
  const location = locationOf(answer, BACK)
  if (!location.startsWith(`${BACK}?`)) throw new Error(`not sent back to the wallet: ${location}`)
  return Object.fromEntries(new URL(location).searchParams)
}

/** The claims of the credential that a code gives. */
export async function claimsFor(
  { issuer, verifier }: Trip,
  { code = '' }: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    client_id: CLIENT,
    redirect_uri: BACK,
  })
  const token = expectStatus(await postForm(`${issuer}/token`, form.toString()), 200)
  const accessToken = String(token.json()['access_token'])
  const nonce = String(expectStatus(await requestNonce(issuer), 200).json()['c_nonce'])
  const proof = await keyProof(issuer, nonce, newKey())
  const issued = await requestCredential(
    issuer,
    {},
    { accessToken, configurationId: identityConfiguration, proof },
  )
  return disclosedIn(credentialOf(expectStatus(issued, 200)))
}

function disclosedIn(credential: string): Readonly<Record<string, unknown>> {
  const [jwt = '', ...disclosures] = credential.split('~').filter((part) => part !== '')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
  const payload = decode(jwt.split('.')[1] ?? '') as Record<string, unknown>
  const disclosed = disclosures.map((one) => decode(one) as [string, string, unknown])
  return { ...payload, ...Object.fromEntries(disclosed.map(([, name, value]) => [name, value])) }
}
