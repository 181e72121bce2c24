/** Wallets that come as far as a call which counts once, so that many can make that call at the same time. */
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  AUTHORIZATION_CODE,
  type AuthorizationCodeRequest,
} from '@countersign/protocol/oauth/grants/authorization-code'
import { writeGrantRequest } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { writeAuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import { parseCredentialOffer } from '@countersign/protocol/openid4vci/offer'
import { openAskingPage, press, queryOf } from '@countersign/testing/client/browser-authorization'
import { claims } from '@countersign/testing/client/flows'
import { type Answer, call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  identityConfiguration,
  keyProof,
  notificationIdOf,
  offerUri,
  requestNonce,
  senderHeaders,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { BACK, PUBLIC_CLIENT } from './client-means.ts'

/** A call for which whoever makes it shows a key. */
export interface Contested {
  readonly sessionId: string
  /** Whose it is. */
  readonly key: Signer
  readonly url: string
  readonly accessToken?: string
  send(headers: Readonly<Record<string, string>>): Promise<Answer>
}

/** What goes along with one call; each has a proof of its own. */
export function headersOf(
  { accessToken, key, url }: Contested,
  dpopKey: Signer = key,
): Promise<Record<string, string>> {
  return senderHeaders({ dpopKey }, url, accessToken)
}

export const ORDER = { credentialConfigurationId: identityConfiguration, credentialData: claims }

async function offered(issuer: string, more: object) {
  const accept = { accept: 'application/json' }
  const made = await postJson(`${issuer}/openid4vc/sdjwt/issue`, { ...ORDER, ...more }, accept)
  const { id: sessionId, url } = expectStatus(made, 200).json() as { id: string; url: string }
  const parsed = parseCredentialOffer((await call(offerUri(url))).json() as never, 'loopback')
  if (!parsed.ok) throw new Error(`not an offer: ${parsed.error.code}`)
  return { sessionId, grants: parsed.value.grants }
}

/** An authorization request that a wallet is about to push. */
export interface AskedInBrowser {
  readonly sessionId: string
  readonly verifier: string
  readonly form: Readonly<Record<string, string>>
}

export async function askedInBrowser(issuer: string, clientId = PUBLIC_CLIENT): Promise<AskedInBrowser> {
  const { grants, sessionId } = await offered(issuer, { authenticationMethod: 'NONE' })
  const { challenge: codeChallenge, verifier } = await createProofKey(nodeCrypto)
  const issuerState = grants[AUTHORIZATION_CODE]?.issuerState
  const asked = { clientId, redirectUri: BACK, codeChallenge, scope: [], issuerState }
  return { sessionId, verifier, form: writeAuthorizationRequest(asked) }
}

export function push(
  issuer: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return postForm(`${issuer}/par`, new URLSearchParams(form).toString(), headers)
}

/** Where the wallet sends its user's browser. */
export async function pushed(
  issuer: string,
  form: Readonly<Record<string, string>>,
  headers?: Readonly<Record<string, string>>,
): Promise<string> {
  const { request_uri: name } = expectStatus(await push(issuer, form, headers), 201).json()
  const reference = new URLSearchParams({ client_id: form['client_id'] ?? '', request_uri: String(name) })
  return `${issuer}/authorize?${reference.toString()}`
}

export interface Code extends Contested {
  readonly request: AuthorizationCodeRequest
}

/** `bound`: to the wallet's key; otherwise it is for whoever comes with the verifier. */
export async function authorizationCode(issuer: string, bound: boolean): Promise<Code> {
  const [{ form, sessionId, verifier }, key] = [await askedInBrowser(issuer), newKey()]
  const shown = bound ? await senderHeaders({ dpopKey: key }, `${issuer}/par`) : {}
  const decided = await press(await openAskingPage(await pushed(issuer, form, shown)), 'approve')
  const code = new URLSearchParams(queryOf(decided)).get('code') ?? ''
  const request = { grantType: AUTHORIZATION_CODE, code, codeVerifier: verifier, redirectUri: BACK } as const
  return {
    sessionId,
    key,
    url: `${issuer}/token`,
    request,
    send: (headers) => askToken(issuer, request, headers),
  }
}

export function askToken(
  issuer: string,
  request: Parameters<typeof writeGrantRequest>[0],
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const form = new URLSearchParams({ ...writeGrantRequest(request), client_id: PUBLIC_CLIENT })
  return postForm(`${issuer}/token`, form.toString(), headers)
}

/** Whoever has a token. */
export interface Holding {
  readonly sessionId: string
  readonly key: Signer
  readonly accessToken: string
}

interface Granted extends Holding {
  readonly refreshToken: string
}

export async function granted(issuer: string, more: object = {}): Promise<Granted> {
  const [{ grants, sessionId }, key] = [await offered(issuer, more), newKey()]
  const preAuthorizedCode = grants[PRE_AUTHORIZED_CODE]?.code ?? ''
  const request = { grantType: PRE_AUTHORIZED_CODE, preAuthorizedCode } as const
  const headers = await senderHeaders({ dpopKey: key }, `${issuer}/token`)
  const token = expectStatus(await askToken(issuer, request, headers), 200).json()
  return {
    sessionId,
    key,
    accessToken: String(token['access_token']),
    refreshToken: String(token['refresh_token']),
  }
}

export function refreshing(issuer: string, { key, refreshToken, sessionId }: Granted): Contested {
  const request = { grantType: REFRESH_TOKEN, refreshToken } as const
  return { sessionId, key, url: `${issuer}/token`, send: (headers) => askToken(issuer, request, headers) }
}

function protectedCall(
  url: string,
  { accessToken, key, sessionId }: Holding,
  body: JsonObject,
): Contested & { readonly accessToken: string } {
  return { sessionId, key, accessToken, url, send: (headers) => postJson(url, body, headers) }
}

/** For as many credentials as there are holders' keys. */
export async function credentialCall(
  issuer: string,
  whose: Holding,
  holders: readonly Signer[],
  nonce?: string,
) {
  const used = nonce ?? (await freshNonce(issuer))
  const proofs = await Promise.all(holders.map((holder) => keyProof(issuer, used, holder)))
  const body = { credential_configuration_id: identityConfiguration, proofs: { jwt: proofs } }
  return protectedCall(`${issuer}/credential`, whose, body)
}

export async function freshNonce(issuer: string): Promise<string> {
  return String(expectStatus(await requestNonce(issuer), 200).json()['c_nonce'])
}

/** The answer, of whoever is alone. */
export async function answered(contested: Contested, status: number): Promise<Answer> {
  return expectStatus(await contested.send(await headersOf(contested)), status)
}

/** The wallet was told to come again. */
export async function collecting(issuer: string) {
  const whose = await granted(issuer, { issuanceType: 'DEFERRED' })
  const told = await answered(await credentialCall(issuer, whose, [newKey()]), 202)
  const body = { transaction_id: String(told.json()['transaction_id']) }
  return protectedCall(`${issuer}/deferred_credential`, whose, body)
}

export function decideDeferral(
  issuer: string,
  sessionId: string,
  decision: 'approve' | 'refuse',
): Promise<Answer> {
  const body = { credentialConfigurationId: identityConfiguration, decision }
  return postJson(`${issuer}/openid4vc/session/${sessionId}/deferred`, body)
}

/** The wallet tells what became of its credential, one way or the other. */
export async function notifying(issuer: string) {
  const whose = await granted(issuer)
  const issued = await answered(await credentialCall(issuer, whose, [newKey()]), 200)
  const tell = (event: string) =>
    protectedCall(`${issuer}/notification`, whose, { notification_id: notificationIdOf(issued), event })
  return { accepted: tell('credential_accepted'), failed: tell('credential_failure') }
}
