/**
 * A verifier that asks what a test wants it to ask, in the words of the test: OpenID4VP 1.0 over our own packages, with a
 * certificate of a development CA of its own. It believes every issuer and keeps what it got.
 */
import { randomBytes } from 'node:crypto'
import { defined, type JsonObject } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { parseDcqlQuery } from '@countersign/protocol/openid4vp/dcql/parse'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import { clientOf } from '@countersign/protocol/openid4vp/request/client-id'
import {
  authorizationRequestUrl,
  buildRequestObject,
  signRequestObject,
} from '@countersign/protocol/openid4vp/request/request-object'
import { parseAuthorizationResponse } from '@countersign/protocol/openid4vp/response/authorization-response'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import { type Answer, type FaultyServer, startFaultyServer } from '../client/faulty-server.ts'

export interface TestVerifier extends FaultyServer {
  readonly anchors: readonly Certificate[]
  /** URL of a new request. */
  request(wish?: {
    claims?: readonly string[]
    method?: 'get' | 'post'
    vct?: string
    refuse?: boolean
    /** Where an accepted answer leads. */
    redirectUri?: string
    /** Status of the HTTP redirect that every answer gets. */
    ledAwayBy?: number
    /** Seconds until it ends; 300 when absent. */
    lifetime?: number
    /** In the place of the query that the others make. */
    query?: JsonObject
    /** Members of the request object beside those of every request. */
    more?: JsonObject
  }): string
  /** Bodies in the order of their arrival. */
  readonly bodies: string[]
  /** What was disclosed by each presentation that was accepted. */
  readonly disclosed: JsonObject[]
  readonly errors: string[]
}

interface Session {
  readonly id: string
  readonly nonce: string
  readonly dcqlQuery: JsonObject
  readonly query: DcqlQuery
  readonly refuse: boolean
  readonly redirectUri: string | undefined
  readonly ledAwayBy: number | undefined
  readonly expiresAt: number
  readonly more: JsonObject
  answered?: { readonly body: string; readonly answer: Answer }
}

interface State extends Pick<TestVerifier, 'bodies' | 'disclosed' | 'errors'> {
  readonly sessions: Map<string, Session>
  url: string
  clientId: string
  sign: (payload: JsonObject) => Promise<string>
}

const formats = formatRegistry([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt])

const now = () => Math.floor(Date.now() / 1000)

export async function startTestVerifier(): Promise<TestVerifier> {
  const state: State = {
    bodies: [],
    disclosed: [],
    errors: [],
    sessions: new Map(),
    url: '',
    clientId: '',
    sign: async () => '',
  }
  const server = await startFaultyServer((request) => handle(state, request))
  state.url = server.url
  const deployment = await openDeployment({ mode: 'development', warn: () => {}, now })
  if (!deployment.ok) throw new Error(deployment.error.code)
  const signer = await deployment.value.signer('verifier-request', { baseUrl: server.url, dnsNames: [] })
  if (!signer.ok) throw new Error(signer.error.code)
  const means = { signer: signer.value, crypto: nodeCrypto, host: 'localhost', now }
  const client = await clientOf('x509_hash', means)
  if (!client.ok) throw new Error(client.error.code)
  const { clientIdFor, header = {} } = client.value
  state.clientId = clientIdFor(server.url)
  state.sign = (payload) => signRequestObject(payload, header, signer.value)
  return {
    ...server,
    bodies: state.bodies,
    disclosed: state.disclosed,
    errors: state.errors,
    anchors: deployment.value.developmentAnchors().flatMap((der) => {
      const parsed = parseX5cEntry(der)
      return parsed.ok ? [parsed.value] : []
    }),
    request: (wish = {}) => newRequest(state, wish),
  }
}

function newRequest(state: State, wish: NonNullable<Parameters<TestVerifier['request']>[0]>): string {
  const {
    claims = ['given_name'],
    method = 'get',
    more = {},
    vct = 'urn:test:identity',
    refuse = false,
  } = wish
  const { ledAwayBy, lifetime = 300, redirectUri } = wish
  const dcqlQuery = wish.query ?? {
    credentials: [
      {
        id: 'q',
        format: 'dc+sd-jwt',
        meta: { vct_values: [vct] },
        claims: claims.map((name) => ({ path: [name] })),
      },
    ],
  }
  const query = parseDcqlQuery(dcqlQuery)
  if (!query.ok) throw new Error(query.error.code)
  const id = randomBytes(16).toString('base64url')
  state.sessions.set(id, {
    id,
    nonce: randomBytes(16).toString('base64url'),
    dcqlQuery,
    query: query.value,
    refuse,
    redirectUri,
    ledAwayBy,
    expiresAt: now() + lifetime,
    more,
  })
  return authorizationRequestUrl(
    'openid4vp://authorize',
    state.clientId,
    `${state.url}/request/${id}`,
    method,
  )
}

async function handle(
  state: State,
  { path, body }: Parameters<Parameters<typeof startFaultyServer>[0]>[0],
): Promise<Answer> {
  const [, kind = '', id = ''] = path.split('/')
  const session = state.sessions.get(id)
  if (session === undefined) return { status: 404, body: '{}' }
  return kind === 'request' ? requestAnswer(state, session, body) : receive(state, session, body)
}

async function requestAnswer(state: State, session: Session, body: string): Promise<Answer> {
  const walletNonce = new URLSearchParams(body).get('wallet_nonce')
  const payload = buildRequestObject(
    {
      ...session,
      clientId: state.clientId,
      answerMode: { mode: 'direct_post', responseUri: `${state.url}/answer/${session.id}` },
    },
    {
      now: now(),
      formats: [sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt],
      ...defined({ walletNonce: walletNonce ?? undefined }),
    },
  )
  return {
    status: 200,
    body: await state.sign({ ...payload, ...session.more }),
    headers: { 'content-type': 'application/oauth-authz-req+jwt' },
  }
}

/** The first answer decides; the same bytes get the same answer, others none. */
async function receive(state: State, session: Session, body: string): Promise<Answer> {
  state.bodies.push(body)
  if (session.ledAwayBy !== undefined)
    return { status: session.ledAwayBy, body: '', headers: { location: `${state.url}/elsewhere` } }
  if (session.answered === undefined) session.answered = { body, answer: await judge(state, session, body) }
  const { answered } = session
  return answered.body === body ? answered.answer : json(400, { error: 'invalid_request' })
}

async function judge(state: State, session: Session, body: string): Promise<Answer> {
  const response = parseAuthorizationResponse(Object.fromEntries(new URLSearchParams(body)), session)
  if (!response.ok) return json(400, { error: 'invalid_request', error_description: response.error.code })
  if (response.value.kind === 'error') {
    state.errors.push(response.value.error)
    return json(200, { redirect_uri: `https://rp.example/no?id=${session.id}` })
  }
  const disclosed: JsonObject[] = []
  for (const [queryId, presentations] of response.value.vpToken) {
    const asked = session.query.credentials.find(({ id }) => id === queryId)
    const format = formats.get(asked?.format ?? '')
    for (const presentation of presentations) {
      const outcome = await format?.verify(
        {
          presentation,
          binding: {
            audience: state.clientId,
            nonce: session.nonce,
            responseUri: `${state.url}/answer/${session.id}`,
          },
          now: now(),
          skewSeconds: 60,
          bindingWindowSeconds: 300,
          trust: async () => ok({ key: { kty: 'EC', crv: 'P-256', x: '', y: '' }, anchor: 'any' } as never),
        },
        nodeCrypto,
      )
      const bound = outcome?.checks.find(({ name }) => name === 'holder_binding')
      if (bound?.outcome !== 'passed' || session.refuse) {
        return json(400, {
          error: 'access_denied',
          redirect_uri: `https://rp.example/fail?id=${session.id}`,
        })
      }
      disclosed.push(outcome?.presentation?.claims ?? {})
    }
  }
  state.disclosed.push(...disclosed)
  return json(200, { redirect_uri: session.redirectUri ?? `https://rp.example/ok?id=${session.id}` })
}

function json(status: number, body: JsonObject): Answer {
  return { status, body: JSON.stringify(body) }
}
