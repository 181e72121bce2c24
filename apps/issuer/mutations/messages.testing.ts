/** Every message that a wallet sends to the issuer, of an issuance of its own each time, over HTTP and on two instances. */
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { issuerRoutes } from '../http/routes.ts'
import { createOffer, offerOf } from '../offer/create-offer.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import {
  claims,
  configurationId,
  proofOfKey,
  type TestIssuer,
  testInstances,
} from '../testing/issuer.testing.ts'

export interface Hall {
  /** The two instances share everything but their memory. */
  readonly services: readonly [HttpService, HttpService]
  readonly test: TestIssuer
}

export async function openHall(): Promise<Hall> {
  const deployment = testInstances({ settings: { refreshTokenTtlSeconds: 86_400 } })
  const [one, other] = [deployment.instance(), deployment.instance()]
  const serve = ({ issuer }: TestIssuer) =>
    createHttpService({
      title: 'Issuer',
      description: '',
      config: servedConfig(issuer, []),
      routes: issuerRoutes(issuer, { display: { name: 'Test', locale: 'en' } }),
      checks: [],
    })
  return { services: [await serve(one), await serve(other)], test: one }
}

/** As it goes over the wire; whoever sends it proves its key anew each time. */
export interface Message {
  readonly path: string
  readonly form?: Readonly<Record<string, string>> | undefined
  readonly json?: JsonObject | undefined
  readonly accessToken?: string | undefined
  readonly key: Signer
}

export interface ProofChange {
  readonly key?: Signer
  readonly path?: string
  readonly method?: string
  readonly accessToken?: string | undefined
  /** Seconds from now. */
  readonly age?: number
}

export function proofOf({ test }: Hall, message: Message, change: ProofChange = {}): Promise<string> {
  const {
    accessToken = message.accessToken,
    age = 0,
    key = message.key,
    method = 'POST',
    path = message.path,
  } = change
  return createDpopProof(
    {
      signer: key,
      method,
      url: test.issuer.baseUrl + path,
      now: test.clock.now - age,
      jti: randomUUID(),
      accessToken: 'accessToken' in change ? change.accessToken : accessToken,
    },
    nodeCrypto,
  )
}

export interface Sent {
  readonly path: string
  readonly payload: string
  readonly headers: Readonly<Record<string, string>>
}

export async function written(hall: Hall, message: Message, proof?: string): Promise<Sent> {
  const { accessToken, form, json, path } = message
  return {
    path,
    payload: form === undefined ? JSON.stringify(json ?? {}) : new URLSearchParams(form).toString(),
    headers: {
      'content-type': form === undefined ? 'application/json' : 'application/x-www-form-urlencoded',
      dpop: proof ?? (await proofOf(hall, message)),
      ...(accessToken !== undefined && { authorization: `DPoP ${accessToken}` }),
    },
  }
}

export function send(service: HttpService, { headers, path, payload }: Sent) {
  return service.app.inject({ method: 'POST', url: path, headers, payload })
}

const CLIENT = 'https://wallet.example'
const BACK = 'https://wallet.example/back'

type Grants = Readonly<
  Record<string, { readonly 'pre-authorized_code': string; readonly issuer_state: string }>
>

async function offered(
  { test }: Hall,
  more: { readonly browser?: boolean; readonly deferred?: boolean } = {},
) {
  const created = await createOffer(test.issuer, {
    credentials: [{ configurationId, claims, deferred: more.deferred }],
    byValue: false,
    ...(more.browser && { authentication: { method: 'NONE' } as const }),
  })
  const session = created.ok ? await test.issuer.sessions.get(created.value.id) : undefined
  if (!created.ok || session === undefined) throw new Error('no offer')
  const { grants } = (await offerOf(test.issuer, session.value)) as unknown as { grants: Grants }
  return { id: created.value.id, grants }
}

async function answered<T>(hall: Hall, message: Message): Promise<T> {
  const answer = await send(hall.services[0], await written(hall, message))
  if (answer.statusCode >= 300) throw new Error(`${message.path}: ${answer.body}`)
  return answer.json<T>()
}

async function pushing(hall: Hall): Promise<Message & { readonly verifier: string }> {
  const { challenge, verifier } = await createProofKey(nodeCrypto)
  const { grants } = await offered(hall, { browser: true })
  const form = {
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: BACK,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    issuer_state: grants['authorization_code']?.issuer_state ?? '',
  }
  return { path: '/par', form, key: newKey(), verifier }
}

async function codeOf(hall: Hall, pushed: Message): Promise<string> {
  const { request_uri: requestUri } = await answered<{ request_uri: string }>(hall, pushed)
  const query = new URLSearchParams({ client_id: CLIENT, request_uri: requestUri })
  const page = await hall.services[1].app.inject({ url: `/authorize?${query.toString()}` })
  const authorization = /name="authorization" value="([\w-]+)"/.exec(page.body)?.[1] ?? ''
  const decided = await hall.services[0].app.inject({
    method: 'POST',
    url: '/authorize/decision',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      cookie: String(page.headers['set-cookie']).split(';')[0] ?? '',
    },
    payload: new URLSearchParams({ authorization, decision: 'approve' }).toString(),
  })
  return new URL(String(decided.headers.location)).searchParams.get('code') ?? ''
}

async function redeeming(hall: Hall): Promise<Message> {
  const { verifier, ...pushed } = await pushing(hall)
  const form = {
    grant_type: 'authorization_code',
    code: await codeOf(hall, pushed),
    code_verifier: verifier,
    client_id: CLIENT,
    redirect_uri: BACK,
  }
  return { path: '/token', form, key: pushed.key }
}

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

async function preAuthorized(hall: Hall, more: { readonly deferred?: boolean } = {}): Promise<Message> {
  const { grants } = await offered(hall, more)
  const code = grants[PRE_AUTHORIZED]?.['pre-authorized_code'] ?? ''
  return { path: '/token', form: { grant_type: PRE_AUTHORIZED, 'pre-authorized_code': code }, key: newKey() }
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

async function refreshing(hall: Hall): Promise<Message> {
  const redeem = await redeeming(hall)
  const { refresh_token: token } = await answered<Tokens>(hall, redeem)
  const form = { grant_type: 'refresh_token', refresh_token: token, client_id: CLIENT }
  return { path: '/token', form, key: redeem.key }
}

async function asking(hall: Hall, more: { readonly deferred?: boolean } = {}): Promise<Message> {
  const asked = await preAuthorized(hall, more)
  const { access_token: accessToken } = await answered<Tokens>(hall, asked)
  const json = {
    credential_configuration_id: configurationId,
    proofs: { jwt: [await proofOfKey(hall.test, newKey())] },
  }
  return { path: '/credential', json, accessToken, key: asked.key }
}

async function telling(hall: Hall): Promise<Message> {
  const ask = await asking(hall)
  const { notification_id: id } = await answered<{ notification_id: string }>(hall, ask)
  return { ...ask, path: '/notification', json: { notification_id: id, event: 'credential_accepted' } }
}

async function collecting(hall: Hall): Promise<Message> {
  const ask = await asking(hall, { deferred: true })
  const { transaction_id: id } = await answered<{ transaction_id: string }>(hall, ask)
  return { ...ask, path: '/deferred_credential', json: { transaction_id: id } }
}

/** What is sent, each time of another issuance. */
export const MESSAGES: Readonly<Record<string, (hall: Hall) => Promise<Message>>> = {
  'a pushed request': pushing,
  'an authorization code': redeeming,
  'a pre-authorized code': preAuthorized,
  'a refresh token': refreshing,
  'a credential request': asking,
  'a deferred request': collecting,
  'a notification': telling,
}
