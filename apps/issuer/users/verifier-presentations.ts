/**
 * Users present something at our verifier, by its management API: what comes of it counts for the browser that began alone (OpenID4VP
 * 1.0 §13.3), and when it is verified. The response code travels through that browser, and says nothing to anybody else.
 */
import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { isSessionId } from '@countersign/core/session-id'
import { FETCHED } from '@countersign/core/size-limits'
import type { Remote, RemoteRequest } from '@countersign/service/outgoing/guarded-client'
import type {
  BegunPresentation,
  FoundUser,
  PresentationWish,
  UserPresentations,
  UserSourceRefusal,
} from '../issuer.ts'

export interface PresentationSettings {
  readonly verifierUrl: string
  readonly apiKey?: string | undefined
  /** What the link begins with. */
  readonly walletAuthorizationUrl?: string | undefined
}

/** Somebody waits for a page. */
const TIMEOUT_MS = 5000
const DEEPEST = 32
/** What the verifier's call takes. */
const SHORTEST_SECONDS = 10

export function verifierPresentations(
  settings: PresentationSettings,
  remote: Pick<Remote, 'request'>,
): UserPresentations {
  return {
    begin: async (wish) => {
      const answer = await ask(settings, remote, '/openid4vc/verify', {
        headers: startHeaders(settings, wish),
        body: JSON.stringify({ ...wish.request, sameDevice: 'required' }),
      })
      if (!answer.ok) return answer
      const { json, status } = answer.value
      return status === 200 ? begunBy(json) : refuse({ code: 'user_source_away', reason: `status_${status}` })
    },
    finish: async (verificationId, responseCode) => {
      const session = `/openid4vc/session/${verificationId}`
      const returned =
        responseCode === undefined
          ? undefined
          : await ask(settings, remote, `${session}/returned`, { body: JSON.stringify({ responseCode }) })
      if (returned?.ok === false) return returned
      if (returned?.value.status === 400)
        return refuse({ code: 'user_not_shown', reason: 'response_code_wrong' })
      // 409: it was exchanged before, and this instance, or another one, did not hear the answer.
      const isAnswer = returned?.value.status === 200
      const view = isAnswer ? returned : await ask(settings, remote, session)
      if (!view.ok) return view
      const { json, status } = view.value
      if (status === 404) return refuse({ code: 'user_not_shown', reason: 'expired' })
      return status === 200 ? foundIn(json) : refuse({ code: 'user_source_away', reason: `status_${status}` })
    },
  }
}

function startHeaders(
  { walletAuthorizationUrl }: PresentationSettings,
  { redirectUri, ttlSeconds }: PresentationWish,
): Readonly<Record<string, string>> {
  return {
    successredirecturi: redirectUri,
    errorredirecturi: redirectUri,
    sessionttl: `${Math.max(SHORTEST_SECONDS, Math.floor(ttlSeconds))}`,
    ...(walletAuthorizationUrl !== undefined && { authorizebaseurl: walletAuthorizationUrl }),
  }
}

interface Answer {
  readonly status: number
  readonly json: JsonObject
}

async function ask(
  { apiKey, verifierUrl }: PresentationSettings,
  remote: Pick<Remote, 'request'>,
  path: string,
  { body, headers }: Pick<RemoteRequest, 'body' | 'headers'> = {},
): Promise<Result<Answer, UserSourceRefusal>> {
  const answer = await remote.request({
    purpose: 'verifier',
    method: body === undefined ? 'GET' : 'POST',
    url: verifierUrl + path,
    headers: {
      ...headers,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    },
    ...(body !== undefined && { body }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: FETCHED.claims,
  })
  if (!answer.ok) return refuse({ code: 'user_source_away', reason: answer.error.code })
  const { status } = answer.value
  const json = parseJsonObject(answer.value.body, { maxBytes: FETCHED.claims, maxDepth: DEEPEST })
  if (json.ok) return ok({ status, json: json.value })
  return status === 200
    ? refuse({ code: 'user_source_away', reason: json.error.code })
    : ok({ status, json: {} })
}

function begunBy({ id, url }: JsonObject): Result<BegunPresentation, UserSourceRefusal> {
  return typeof id === 'string' && isSessionId(id) && typeof url === 'string'
    ? ok({ verificationId: id, link: url })
    : refuse({ code: 'user_source_away', reason: 'answer_unknown' })
}

const OPEN: readonly JsonValue[] = ['created', 'requested', 'answered']

function foundIn({ credentials, returned, state }: JsonObject): Result<FoundUser, UserSourceRefusal> {
  if (state !== undefined && OPEN.includes(state)) return refuse({ code: 'presentation_open' })
  if (state !== 'verified' || returned !== true)
    return refuse({ code: 'user_not_shown', reason: stateName(state) })
  const disclosed = new Map<string, JsonObject>()
  for (const one of Array.isArray(credentials) ? credentials : []) {
    const { claims, queryId } = isJsonObject(one) ? one : {}
    // Of several that answer one query the first: a claim of somebody is one.
    if (typeof queryId === 'string' && isJsonObject(claims) && !disclosed.has(queryId))
      disclosed.set(queryId, claims)
  }
  const known: JsonObject = Object.fromEntries(disclosed)
  return ok({ name: [...disclosed.values()].map(nameIn).find((name) => name !== undefined), known })
}

function stateName(state: JsonValue | undefined): string {
  return typeof state === 'string' && /^[a-z_]{1,40}$/.test(state) ? state : 'unknown'
}

function nameIn({ family_name: family, given_name: given }: JsonObject): string | undefined {
  return typeof given === 'string' && typeof family === 'string' ? `${given} ${family}` : undefined
}
