/** A browser at the issuer's pages, for offers to somebody who shows who he is; providers and verifiers are played by the test. */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { issuerService } from '../build.ts'
import type { FoundUser, Issuer, PresentationWish, UserSourceRefusal } from '../issuer.ts'
import { servedConfig } from './issue-calls.testing.ts'

export interface PlayedSources {
  /** What is known of whoever comes back; a refusal where nothing is. */
  found: Result<FoundUser, UserSourceRefusal>
  /** How often somebody was asked for it. */
  asked: number
  readonly presentations: PresentationWish[]
}

export const ada: JsonObject = { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' }

export function played(known: JsonObject = ada): PlayedSources {
  return { found: ok({ name: 'Ada <b>', known }), asked: 0, presentations: [] }
}

export function withUsers(
  issuer: Issuer,
  sources: PlayedSources,
  usualClaims?: Readonly<Record<string, string>>,
): Issuer {
  const finish = async () => {
    sources.asked += 1
    return sources.found
  }
  return {
    ...issuer,
    userLogin: {
      usualClaims,
      begin: async ({ redirectUri, state }) => {
        const query = new URLSearchParams({ redirect_uri: redirectUri, state })
        return ok({ address: `https://login.example/?${query.toString()}`, nonce: 'n', codeVerifier: 'v' })
      },
      finish,
    },
    userPresentations: {
      begin: async (wish) => {
        sources.presentations.push(wish)
        const verificationId = `verification-${sources.presentations.length}`
        return ok({ verificationId, link: `openid4vp://authorize?x=1&id=${verificationId}` })
      },
      finish,
    },
  }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const CLIENT = 'https://wallet.example'
const BACK = 'https://wallet.example/back'

export type Served = Pick<HttpService, 'app' | 'close'>

export function servedIssuer(issuer: Issuer): Promise<HttpService> {
  return createHttpService({
    ...issuerService(issuer, { displayName: 'Town Hall' }),
    config: servedConfig(issuer),
    checks: [],
  })
}

/** Of a request whose issuance may not have begun. */
export type OpenTrip = Omit<UserTrip, 'sessionId'>

export interface UserTrip {
  readonly sessionId: string
  readonly authorization: string
  readonly cookie: string
  readonly verifier: string
  /** The page that goes on. */
  readonly address: string
}

/** An offer that the call makes, taken up as far as a browser has it open. */
export async function openedTrip(
  served: Served,
  path: string,
  order: object,
  more: Readonly<Record<string, string>> = {},
): Promise<UserTrip> {
  const { id, issuerState } = await offeredIn(served, path, order, more)
  return { ...(await broughtBy(served, { issuer_state: issuerState })), sessionId: id }
}

export async function offeredIn(
  { app }: Served,
  path: string,
  order: object,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly id: string; readonly issuerState: string }> {
  const headers = { accept: 'application/json', ...more }
  const made = await app.inject({ method: 'POST', url: path, headers, payload: order })
  if (made.statusCode !== 200) throw new Error(made.body)
  const { id, url } = made.json<{ id: string; url: string }>()
  const uri = new URL(new URL(url).searchParams.get('credential_offer_uri') ?? '')
  const offer = (await app.inject({ url: uri.pathname + uri.search })).json<{
    grants: { authorization_code: { issuer_state: string } }
  }>()
  return { id, issuerState: offer.grants.authorization_code.issuer_state }
}

/** A wallet that asks for what `asked` names, as far as a browser has its request open. */
export async function broughtBy({ app }: Served, asked: Readonly<Record<string, string>>): Promise<OpenTrip> {
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const form = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: BACK,
    state: 's',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...asked,
  })
  const pushed = await app.inject({ method: 'POST', url: '/par', headers: FORM, payload: form.toString() })
  const { request_uri: requestUri } = pushed.json<{ request_uri: string }>()
  const reference = new URLSearchParams({ client_id: CLIENT, request_uri: requestUri })
  const opened = await app.inject({ url: `/authorize?${reference.toString()}` })
  const address = String(opened.headers.location)
  return {
    verifier,
    address,
    cookie: String(opened.headers['set-cookie']),
    authorization: /^authorization-([^=]+)=/.exec(String(opened.headers['set-cookie']))?.[1] ?? '',
  }
}

const cookieOf = ({ cookie }: OpenTrip) => cookie.split(';')[0] ?? ''

export function get(
  { app }: Served,
  trip: OpenTrip,
  url = trip.address,
  headers: Record<string, string> = {},
) {
  return app.inject({ url, headers: { cookie: cookieOf(trip), 'sec-fetch-site': 'cross-site', ...headers } })
}

/** The state that the provider's or the wallet's address has in it. */
export async function sentState(at: Served, trip: OpenTrip): Promise<string> {
  const sent = await get(at, trip)
  return new URL(String(sent.headers.location)).searchParams.get('state') ?? ''
}

export function callback(at: Served, trip: OpenTrip, state: string, more = 'code=c') {
  return get(at, trip, `/authorize/login-callback?state=${encodeURIComponent(state)}&${more}`)
}

export function decision({ app }: Served, trip: OpenTrip, said: 'approve' | 'deny' = 'approve') {
  return app.inject({
    method: 'POST',
    url: '/authorize/decision',
    headers: { ...FORM, cookie: cookieOf(trip), 'sec-fetch-site': 'same-origin' },
    payload: new URLSearchParams({ authorization: trip.authorization, decision: said }).toString(),
  })
}

/** The token that the code in an address gives. */
export async function tokenOf(at: Served, trip: OpenTrip, location: string): Promise<string> {
  return (await tokensOf(at, trip, { code: location })).access_token
}

interface TokenWish {
  /** The address that has the code in it. */
  readonly code?: string
  readonly refresh?: string
  /** Of a DPoP key. */
  readonly proof?: string
}

export async function tokensOf(
  { app }: Served,
  { verifier }: OpenTrip,
  { code: location, proof, refresh }: TokenWish,
): Promise<{ readonly access_token: string; readonly refresh_token: string }> {
  const ofCode = {
    grant_type: 'authorization_code',
    code: new URL(location ?? BACK).searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: BACK,
  }
  const grant = refresh === undefined ? ofCode : { grant_type: 'refresh_token', refresh_token: refresh }
  const payload = new URLSearchParams({ ...grant, client_id: CLIENT }).toString()
  const headers = { ...FORM, ...(proof !== undefined && { dpop: proof }) }
  return (await app.inject({ method: 'POST', url: '/token', headers, payload })).json()
}
