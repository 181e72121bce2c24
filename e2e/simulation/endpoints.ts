/**
 * The endpoints without HTTP: a request as it travels, parsed and answered by the use case that the route calls. What
 * a route would answer with a 4xx is a refusal here, a 503 is `unavailable`; any other throw is a bug and stays one.
 */
import type { JsonObject } from '@countersign/core/json'
import { requestToken } from '@countersign/issuer/authorization/request-token'
import { createNonce } from '@countersign/issuer/credential/create-nonce'
import { issueCredential } from '@countersign/issuer/credential/issue-credential'
import { takeNotification } from '@countersign/issuer/credential/take-notification'
import { type CreateOffer, createOffer } from '@countersign/issuer/offer/create-offer'
import { openOffer } from '@countersign/issuer/offer/open-offer'
import { parseGrantRequest } from '@countersign/protocol/oauth/grants/grants'
import { parseCredentialRequest } from '@countersign/protocol/openid4vci/credential/credential-request'
import { parseNotificationRequest } from '@countersign/protocol/openid4vci/notification'
import { writeNonceResponse } from '@countersign/protocol/openid4vci/proof/nonce'
import { isDecided } from '@countersign/protocol/openid4vp/session'
import { StoreUnavailable } from '@countersign/stores/ports'
import { identityQuery } from '@countersign/testing/client/flows'
import { sessionView } from '@countersign/verifier/http/session-view'
import { serveRequest } from '@countersign/verifier/request/serve-request'
import { startVerification } from '@countersign/verifier/request/start-verification'
import { readVerification } from '@countersign/verifier/response/look-again'
import { receivePresentation } from '@countersign/verifier/response/receive-presentation'
import { takeReturn } from '@countersign/verifier/response/take-return'
import type { Services } from './instance.ts'

type Form = Readonly<Record<string, string>>

export type Request =
  | { readonly kind: 'create offer'; readonly order: CreateOffer }
  | { readonly kind: 'fetch offer'; readonly id: string }
  | { readonly kind: 'token'; readonly form: Form; readonly dpop?: string }
  | { readonly kind: 'nonce' }
  | WithToken<'credential'>
  | WithToken<'notification'>
  | {
      readonly kind: 'start'
      readonly id?: string
      readonly sameDevice?: SameDevice
      readonly told?: boolean
    }
  | { readonly kind: 'fetch request'; readonly id: string }
  | { readonly kind: 'answer'; readonly id: string; readonly form: Form }
  | { readonly kind: 'result'; readonly id: string }
  | { readonly kind: 'returned'; readonly id: string; readonly code: string }

export type SameDevice = 'required' | 'allowed'

interface WithToken<Kind extends string> {
  readonly kind: Kind
  readonly scheme: 'Bearer' | 'DPoP'
  readonly token: string
  readonly dpop?: string
  readonly body: JsonObject
}

export type Reply =
  | { readonly ok: true; readonly body: JsonObject; readonly text?: string }
  | { readonly ok: false; readonly code: string }

/** A member of an answer that is text in every answer of its kind. */
export function textIn(body: JsonObject, member: string): string {
  const text = body[member]
  if (typeof text !== 'string') throw new Error(`an answer without ${member}`)
  return text
}

/** `by`: whoever sent it, as far as the network tells. */
export async function handle(services: Services, request: Request, by: string): Promise<Reply> {
  try {
    return await dispatch(services, request, by)
  } catch (error) {
    if (error instanceof StoreUnavailable) return refused('unavailable')
    throw error
  }
}

function dispatch(services: Services, request: Request, by: string): Promise<Reply> {
  switch (request.kind) {
    case 'create offer':
      return makeOffer(services, request.order)
    case 'fetch offer':
      return fetchOffer(services, request.id)
    case 'token':
      return token(services, request)
    case 'nonce':
      return nonce(services)
    case 'credential':
      return credential(services, request)
    case 'notification':
      return notification(services, request)
    case 'start':
      return start(services, request)
    case 'fetch request':
      return fetchRequest(services, request.id)
    case 'answer':
      return answer(services, request, by)
    case 'result':
      return result(services, request.id)
    case 'returned':
      return returned(services, request)
  }
}

async function makeOffer({ issuer }: Services, order: CreateOffer): Promise<Reply> {
  const made = await createOffer(issuer, order)
  return made.ok ? answered({ id: made.value.id, url: made.value.url }) : refused(made.error.code)
}

async function fetchOffer({ issuer }: Services, id: string): Promise<Reply> {
  const offer = await openOffer(issuer, id)
  return offer === undefined ? refused('session_unknown') : answered(offer)
}

async function token({ issuer }: Services, request: Extract<Request, { kind: 'token' }>): Promise<Reply> {
  const parsed = parseGrantRequest(request.form)
  if (!parsed.ok) return refused(parsed.error.code)
  const proof = request.dpop && { proof: request.dpop, method: 'POST', path: '/token' }
  const client = { form: request.form, headers: {}, path: '/token' }
  const given = await requestToken(issuer, parsed.value, { client, dpop: proof || undefined })
  return given.ok ? answered(given.value) : refused(given.error.code)
}

async function nonce({ issuer }: Services): Promise<Reply> {
  return answered(writeNonceResponse(await createNonce(issuer)))
}

async function credential({ issuer }: Services, request: WithToken<'credential'>): Promise<Reply> {
  const parsed = parseCredentialRequest(request.body)
  if (!parsed.ok) return refused(parsed.error.code)
  const issued = await issueCredential(issuer, presented(request, '/credential'), parsed.value)
  return issued.ok ? answered(issued.value) : refused(issued.error.code)
}

async function notification({ issuer }: Services, request: WithToken<'notification'>): Promise<Reply> {
  const parsed = parseNotificationRequest(request.body)
  if (!parsed.ok) return refused(parsed.error.code)
  const taken = await takeNotification(issuer, presented(request, '/notification'), parsed.value)
  return taken.ok ? answered({}) : refused(taken.error.code)
}

function presented({ scheme, token: accessToken, dpop: proof = '' }: WithToken<string>, path: string) {
  return scheme === 'Bearer'
    ? { accessToken }
    : { accessToken, dpop: { proof, method: 'POST', path, accessToken } }
}

async function start(
  { verifier }: Services,
  { id, sameDevice, told = false }: Extract<Request, { kind: 'start' }>,
): Promise<Reply> {
  const started = await startVerification(verifier, {
    dcqlQuery: identityQuery,
    policies: [],
    authorizeBaseUrl: 'openid4vp://authorize',
    ...(id !== undefined && { id }),
    ...(told && { callback: TOLD }),
    ...(sameDevice !== undefined && { sameDevice, successRedirectUri: DONE, errorRedirectUri: FAILED }),
  })
  return started.ok
    ? answered({ id: started.value.id, url: started.value.url ?? '' })
    : refused(started.error.code)
}

/** Who began a session and wants to be told. */
export const TOLD = { uri: 'https://shop.example/told/$id' }
const DONE = 'https://shop.example/done'
const FAILED = 'https://shop.example/failed'

async function fetchRequest({ verifier }: Services, id: string): Promise<Reply> {
  const served = await serveRequest(verifier, id)
  return served.ok ? { ok: true, body: {}, text: served.value } : refused(served.error.code)
}

async function answer(
  { verifier }: Services,
  { form, id }: Extract<Request, { kind: 'answer' }>,
  by: string,
): Promise<Reply> {
  const received = await receivePresentation(verifier, id, form, { sender: by })
  if (!received.ok) return refused(received.error.code)
  const { redirectUri, reply, session } = received.value
  const decides = session.answer !== undefined
  const code = redirectUri && new URL(redirectUri).searchParams.get('response_code')
  return answered({ reply, state: session.state, decides, ...(code && { code }) })
}

async function returned(
  { verifier }: Services,
  { code, id }: Extract<Request, { kind: 'returned' }>,
): Promise<Reply> {
  const taken = await takeReturn(verifier, id, code)
  return taken.ok ? answered({ state: taken.value.state }) : refused(taken.error.code)
}

async function result({ verifier }: Services, id: string): Promise<Reply> {
  const session = await readVerification(verifier, id)
  if (session === undefined) return refused('session_unknown')
  const events = session.events.map(({ sequence, type }) => `${sequence} ${type}`)
  const view = JSON.stringify(sessionView(session, verifier.policies))
  const claims = view.includes('"claims":{')
  const told = view.includes('"verificationResult"') || view.includes('"policyResults"')
  return answered({ state: session.state, decided: isDecided(session), claims, told, events })
}

function answered(body: JsonObject): Reply {
  return { ok: true, body }
}

function refused(code: string): Reply {
  return { ok: false, code }
}
