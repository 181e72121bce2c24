/** One verification in four requests: create, signed request, answer, result. */
import { type JsonObject, parseJsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { postedModeNamed } from '@countersign/protocol/openid4vp/response/response-modes'
import type { Flow, Send } from './flows.ts'
import { CREDENTIAL_TYPE, type Holder, inTurn, type Presenter, presenterOf, SHOWN } from './holders.ts'
import type { WireRequest } from './http-client.ts'
import { jwtClaims, memberOf, pathOf, textMember } from './json-text.ts'

export interface VerificationLoad extends VerificationWay {
  readonly holders: readonly Holder[]
  readonly managementApiKey: string
}

export interface VerificationWay {
  /** `direct_post` when absent. */
  readonly responseMode?: 'direct_post.jwt' | undefined
  /** Who is told; nobody when absent. */
  readonly callbackUri?: string | undefined
  /** The SD-JWT of the holders when absent. */
  readonly asked?: AskedCredential | undefined
}

export interface AskedCredential {
  readonly query: {
    readonly format: string
    readonly meta: JsonObject
    readonly shown: readonly ClaimPath[]
  }
  /** In turn. */
  readonly presenters: readonly Presenter[]
}

const identity: AskedCredential['query'] = {
  format: 'dc+sd-jwt',
  meta: { vct_values: [CREDENTIAL_TYPE] },
  shown: SHOWN,
}

function orderOf({ format, meta, shown }: AskedCredential['query']): string {
  const claims = shown.map((path) => ({ path }))
  return JSON.stringify({ dcql_query: { credentials: [{ id: 'identity', format, meta, claims }] } })
}

export function verificationFlow({ holders, managementApiKey, ...way }: VerificationLoad): Flow {
  const nextPresenter = inTurn(way.asked?.presenters ?? holders.map(presenterOf))
  const authorization = `Bearer ${managementApiKey}`
  return async (send) => {
    const id = await createVerification(send, authorization, way)
    const answer = await fetchAndAnswer(send, id, nextPresenter())
    await send(answer)
    await readResult(send, id, authorization)
  }
}

/** Answers the session id. */
export async function createVerification(
  send: Send,
  authorization: string,
  way: VerificationWay = {},
): Promise<string> {
  const created = await send(creationRequest(authorization, way))
  return textMember(created.body, 'id')
}

export function creationRequest(
  authorization: string,
  { asked, callbackUri, responseMode }: VerificationWay = {},
): WireRequest {
  const headers = {
    authorization,
    accept: 'application/json',
    'content-type': 'application/json',
    ...(responseMode !== undefined && { responsemode: responseMode }),
    ...(callbackUri !== undefined && { statuscallbackuri: callbackUri }),
  }
  return { method: 'POST', path: '/openid4vc/verify', headers, body: orderOf(asked?.query ?? identity) }
}

/** Fetches the request object and prepares the answer to it. */
export async function fetchAndAnswer(send: Send, id: string, presenter: Presenter) {
  const headers = { accept: 'application/oauth-authz-req+jwt' }
  const fetched = await send({ method: 'GET', path: `/openid4vc/request/${id}`, headers })
  const request = jwtClaims(fetched.body)
  const presentation = await presenter({
    audience: textMember(request, 'client_id'),
    nonce: textMember(request, 'nonce'),
    responseUri: textMember(request, 'response_uri'),
  })
  const form = new URLSearchParams(await answerForm(request, { identity: [presentation] }))
  return {
    method: 'POST',
    path: pathOf(textMember(request, 'response_uri')),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  } as const
}

/** As the request wants it: in the clear, or encrypted for its key. */
async function answerForm(
  request: string,
  vpToken: Readonly<Record<string, readonly string[]>>,
): Promise<Readonly<Record<string, string>>> {
  const state = textMember(request, 'state')
  if (textMember(request, 'response_mode') === 'direct_post')
    return { vp_token: JSON.stringify(vpToken), state }
  const mode = postedModeNamed('direct_post.jwt')
  const payload = parseJsonObject(request)
  if (!payload.ok) throw new Error('a request that is no object')
  const asked = await mode.readRequest(payload.value, 'any', ports)
  if (!asked.ok) throw new Error(`a request that cannot be answered: ${asked.error.code}`)
  return mode.writeAnswer({ state, vp_token: vpToken }, asked.value, ports)
}

const ports = { crypto: nodeCrypto, jwe: joseJwe }

async function readResult(send: Send, id: string, authorization: string): Promise<void> {
  const headers = { authorization, accept: 'application/json' }
  const result = await send({ method: 'GET', path: `/openid4vc/session/${id}`, headers })
  if (memberOf(JSON.parse(result.body), 'verificationResult') !== true) {
    throw new Error(`not verified: ${result.body.slice(0, 500)}`)
  }
}
