/**
 * Who may call: an operator who is logged in, by a cookie that counts for pages of this origin alone, and for what changes
 * something with the token that such a page was told (a page of another site knows neither). Where nobody logs in, which there is in
 * development on loopback alone, the rule of the loopback door holds on every call: `Host`, `Origin` and `Sec-Fetch-Site` are ours.
 */
import { CSRF_HEADER } from '@countersign/api/portal/session'
import { type DoorKeeper, foreignPage, loopbackKeeper } from '@countersign/service/http/access'
import { fail, type WireError } from '@countersign/service/http/answers/wire-errors'
import { cookieNamed, isOwnPage, ownCookie } from '@countersign/service/login/own-page'
import type { FastifyRequest } from 'fastify'
import { type OperatorSession, sessionOf } from '../operators/sessions.ts'
import type { Operators } from '../portal.ts'

const LOGIN_COOKIE = 'portal_login'
const BROWSER_COOKIE = 'portal_browser'
const COOKIE_PATH = '/api'

export interface OperatorDoor {
  /** Fails unless the caller may do what the request asks for. */
  keep(request: FastifyRequest): Promise<void>
  /** Fails for a page of another site; for calls that need no login. */
  keepOwnPage(request: FastifyRequest): Promise<void>
  /** Of the caller, if there is a login; looks nothing up but the cookie. */
  session(request: FastifyRequest): Promise<OperatorSession | undefined>
}

export function operatorDoor(operators: Operators | undefined, baseUrl: string): OperatorDoor {
  return operators === undefined ? loopbackDoor(loopbackKeeper(baseUrl)) : loginDoor(operators)
}

export const notLoggedIn: WireError = {
  status: 401,
  message: 'You are not logged in, or not any more',
  refusal: 'operator_unknown',
}

export const csrfWrong: WireError = {
  status: 403,
  message: `The header ${CSRF_HEADER} is missing, or is not the one of this login`,
  refusal: 'csrf_wrong',
}

function loginDoor(operators: Operators): OperatorDoor {
  const session = async (request: FastifyRequest) => {
    const token = isOwnPage(request.headers) ? loginToken(request) : undefined
    return token === undefined ? undefined : sessionOf(operators, token)
  }
  return {
    session,
    async keep(request) {
      if (!isOwnPage(request.headers)) fail(foreignPage)
      const found = await session(request)
      if (found === undefined) fail(notLoggedIn)
      const safe = request.method === 'GET' || request.method === 'HEAD'
      // The token is a keyed hash of something random: comparing it in other than constant time tells nothing that helps.
      if (!safe && request.headers[CSRF_HEADER] !== found.csrf) fail(csrfWrong)
    },
    async keepOwnPage(request) {
      if (!isOwnPage(request.headers)) fail(foreignPage)
    },
  }
}

function loopbackDoor(keeper: DoorKeeper): OperatorDoor {
  const keep = async (request: FastifyRequest) => {
    const refusal = keeper(request)
    if (refusal !== undefined) fail(refusal)
  }
  return { keep, keepOwnPage: keep, session: async () => undefined }
}

export function loginToken(request: FastifyRequest): string | undefined {
  return cookieNamed(LOGIN_COOKIE, request.headers.cookie)
}

/** An empty token takes the cookie back. */
export function loginCookie(token: string, seconds: number, baseUrl: string): string {
  const maxAgeSeconds = token === '' ? 0 : seconds
  return ownCookie({ name: LOGIN_COOKIE, value: token, path: COOKIE_PATH, maxAgeSeconds }, baseUrl)
}

/** Which browser began a verification: 256 random bits that no script can read. */
export function browserId(request: FastifyRequest): string | undefined {
  const value = cookieNamed(BROWSER_COOKIE, request.headers.cookie)
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined
}

export function browserCookie(id: string, baseUrl: string): string {
  const maxAgeSeconds = 86_400
  return ownCookie({ name: BROWSER_COOKIE, value: id, path: COOKIE_PATH, maxAgeSeconds }, baseUrl)
}
