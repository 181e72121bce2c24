/** Our protocol code as a wallet, which takes up an offer in one of the ways that there are, a step at a time. */
import { randomUUID } from 'node:crypto'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { writeClient } from '@countersign/protocol/oauth/client-authentication/methods'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { type GrantRequest, writeGrantRequest } from '@countersign/protocol/oauth/grants/grants'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { writeAuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import { parseCredentialOffer } from '@countersign/protocol/openid4vci/offer'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import type { ProofTypeId } from '@countersign/protocol/openid4vci/proof/proof-types'
import {
  type AskingPage,
  openAskingPage,
  press,
  queryOf,
} from '@countersign/testing/client/browser-authorization'
import { type FlowOptions, stepper } from '@countersign/testing/client/flows'
import { type Answer, call, postForm, postJson } from '@countersign/testing/client/http'
import {
  credentialOf,
  notificationIdOf,
  offerUri,
  requestNonce,
} from '@countersign/testing/client/protocol-wallet'
import { newKey, now } from '@countersign/testing/people/keys'
import { BACK, type ClientMeans } from './client-means.ts'
import type { Way } from './ways.ts'

/** All there are, in their order; no way has them all. */
export const receptionSteps = [
  'offer',
  'fetch offer',
  'push',
  'open',
  'decide',
  'token',
  'refresh',
  'nonce',
  'credential',
  'agree',
  'collect',
  'notification',
  'result',
] as const

export interface Received {
  readonly held: HeldCredential
  readonly holder: Signer
  /** The session as the issuer shows it in the end. */
  readonly session: Record<string, unknown>
}

type Step = (
  name: (typeof receptionSteps)[number],
  send: () => Promise<Answer>,
  expected?: number,
) => Promise<Answer>

interface Walk {
  readonly way: Way
  readonly issuer: string
  readonly means: ClientMeans
  readonly step: Step
  readonly dpopKey: Signer | undefined
  /** Of the call that makes the offer. */
  readonly headers: FlowOptions['headers']
}

export async function receiveByCode(
  issuer: string,
  way: Way,
  means: ClientMeans,
  options: FlowOptions = {},
): Promise<Received> {
  const step = stepper(issuer, options)
  const { headers } = options
  const walk = { way, issuer, means, step, headers, dpopKey: way.sender === 'DPoP' ? newKey() : undefined }
  const offer = await offered(walk)
  const granted = (await tokenFor(walk, offer)).json()
  const token = way.grant === 'refreshed' ? (await refreshed(walk, granted)).json() : granted
  const accessToken = String(token['access_token'])
  const holder = newKey()
  const issued = await credentialFor(walk, { accessToken, holder, sessionId: offer.sessionId })
  const told = { notification_id: notificationIdOf(issued), event: 'credential_accepted' }
  await step('notification', () => post(walk, '/notification', told, accessToken), 204)
  const session = await step('result', () => call(`${issuer}/openid4vc/session/${offer.sessionId}`))
  return { held: await opened(way, credentialOf(issued)), holder, session: session.json() }
}

interface Offer {
  readonly sessionId: string
  readonly preAuthorizedCode: string | undefined
  readonly issuerState: string | undefined
  readonly txCode: string | undefined
}

const TX_CODE = '483921'

async function offered({ headers, issuer, step, way: { grant, one } }: Walk): Promise<Offer> {
  const txCode = grant === 'with a transaction code' ? TX_CODE : undefined
  const order = {
    ...one.order,
    ...(txCode !== undefined && { txCodeValue: txCode }),
    ...(grant.startsWith('authorization code') && { authenticationMethod: 'NONE' }),
    ...(grant === 'deferred' && { issuanceType: 'DEFERRED' }),
  }
  const made = await step('offer', () =>
    postJson(`${issuer}/openid4vc/${one.family}/issue`, order, { accept: 'application/json', ...headers }),
  )
  const { id: sessionId, url: link } = made.json() as { id: string; url: string }
  const fetched = await step('fetch offer', () => call(offerUri(link)))
  const parsed = parseCredentialOffer(fetched.json() as never, 'loopback')
  if (!parsed.ok) throw new Error(`not an offer: ${parsed.error.code}`)
  const { grants } = parsed.value
  return {
    sessionId,
    txCode,
    preAuthorizedCode: grants[PRE_AUTHORIZED_CODE]?.code,
    issuerState: grants[AUTHORIZATION_CODE]?.issuerState,
  }
}

async function tokenFor(walk: Walk, offer: Offer): Promise<Answer> {
  const { preAuthorizedCode, txCode } = offer
  const grant: GrantRequest =
    preAuthorizedCode === undefined
      ? await authorized(walk, offer)
      : { grantType: PRE_AUTHORIZED_CODE, preAuthorizedCode, txCode }
  return walk.step('token', () => askToken(walk, grant))
}

async function refreshed(walk: Walk, granted: Record<string, unknown>): Promise<Answer> {
  const { refresh_token: refreshToken } = granted
  if (typeof refreshToken !== 'string') throw new Error('no refresh token')
  return walk.step('refresh', () => askToken(walk, { grantType: REFRESH_TOKEN, refreshToken }))
}

/** Out to the issuer's page and back. */
async function authorized(walk: Walk, { issuerState }: Offer): Promise<GrantRequest> {
  const { issuer, means, step, way } = walk
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const clientId = means.nameOf(way.client)
  const asked = writeAuthorizationRequest({
    clientId,
    redirectUri: BACK,
    codeChallenge: challenge,
    scope: [],
    issuerState,
  })
  const address = (query: Readonly<Record<string, string>>) =>
    `${issuer}/authorize?${new URLSearchParams(query).toString()}`
  const url =
    way.grant === 'authorization code, pushed'
      ? address({ client_id: clientId, request_uri: await pushed(walk, asked) })
      : await laidDown(walk, address(asked))
  let page: AskingPage | undefined
  await step('open', async () => {
    page = await openAskingPage(url)
    return page.answer
  })
  const decided = await step('decide', () => press(page as AskingPage, 'approve'), 303)
  const code = new URLSearchParams(queryOf(decided)).get('code') ?? ''
  return { grantType: AUTHORIZATION_CODE, code, codeVerifier: verifier, redirectUri: BACK }
}

async function pushed(walk: Walk, asked: Readonly<Record<string, string>>): Promise<string> {
  const answer = await walk.step('push', () => postAsClient(walk, '/par', asked), 201)
  return String(answer.json()['request_uri'])
}

/** The issuer does it for whoever comes with the whole request in the link. */
async function laidDown({ step }: Walk, link: string): Promise<string> {
  const sentOn = await step('push', () => call(link), 303)
  return new URL(sentOn.headers.get('location') ?? '', link).href
}

function askToken(walk: Walk, grant: GrantRequest): Promise<Answer> {
  return postAsClient(walk, '/token', writeGrantRequest(grant))
}

/** What shows who the client is is made anew each time: it counts once. */
async function postAsClient(
  walk: Walk,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { issuer, means, way } = walk
  const client = writeClient(await means.present(way.client, issuer))
  const url = issuer + path
  const body = new URLSearchParams({ ...form, ...client.form }).toString()
  return postForm(url, body, { ...client.headers, ...(await senderHeaders(walk, url)) })
}

interface Asked {
  readonly accessToken: string
  readonly holder: Signer
  readonly sessionId: string
}

async function credentialFor(walk: Walk, { accessToken, holder, sessionId }: Asked): Promise<Answer> {
  const { issuer, step, way } = walk
  const nonce = String((await step('nonce', () => requestNonce(issuer))).json()['c_nonce'])
  const { credentialConfigurationId: configurationId } = way.one.order
  const { type, value } = await proofOf(walk, holder, nonce)
  const body = { credential_configuration_id: configurationId, proofs: { [type]: [value] } }
  const isDeferred = way.grant === 'deferred'
  const answer = await step(
    'credential',
    () => post(walk, '/credential', body, accessToken),
    isDeferred ? 202 : 200,
  )
  if (!isDeferred) return answer
  const agreed = { credentialConfigurationId: configurationId, decision: 'approve' }
  await step('agree', () => postJson(`${issuer}/openid4vc/session/${sessionId}/deferred`, agreed))
  const again = { transaction_id: answer.json()['transaction_id'] }
  return step('collect', () => post(walk, '/deferred_credential', again, accessToken))
}

async function proofOf(
  { issuer, means, way }: Walk,
  holder: Signer,
  nonce: string,
): Promise<{ readonly type: ProofTypeId; readonly value: string }> {
  const keys = [bareKey(holder.publicJwk)]
  if (way.proof === 'attestation')
    return { type: 'attestation', value: await means.attestKeys({ keys, nonce }) }
  const clientId = means.nameOf(way.client)
  const proof = { signer: holder, issuer, nonce, now: now(), clientId }
  const named = {
    'jwt by jwk': { keyReference: 'jwk' },
    'jwt by DID': { keyReference: { kid: `${didFromKey('jwk', holder.publicJwk)}#0` } },
    'jwt of an attested key': { keyReference: { kid: '0' } },
  } as const
  const keyAttestation =
    way.proof === 'jwt of an attested key' ? await means.attestKeys({ keys, nonce }) : undefined
  return { type: 'jwt', value: await createKeyProof({ ...proof, ...named[way.proof], keyAttestation }) }
}

async function post(walk: Walk, path: string, body: object, accessToken: string): Promise<Answer> {
  const url = walk.issuer + path
  return postJson(url, body, await senderHeaders(walk, url, accessToken))
}

async function senderHeaders(
  { dpopKey }: Walk,
  url: string,
  accessToken?: string,
): Promise<Record<string, string>> {
  const scheme = dpopKey === undefined ? 'Bearer' : 'DPoP'
  const authorization = accessToken === undefined ? {} : { authorization: `${scheme} ${accessToken}` }
  if (dpopKey === undefined) return authorization
  const made = { signer: dpopKey, method: 'POST', url, now: now(), jti: randomUUID(), accessToken }
  return { ...authorization, dpop: await createDpopProof(made, nodeCrypto) }
}

async function opened({ one }: Way, credential: string): Promise<HeldCredential> {
  const codec = ALL_FORMATS.find(({ id }) => id === one.format)
  const held = await codec?.open(credential, nodeCrypto)
  if (held?.ok !== true) throw new Error(`not a credential of ${one.format}`)
  return held.value
}
