/** Wherever the account is logged in: listed and ended. */
import {
  LOGINS_MOST,
  type LoginsAnswer,
  loginParams,
  loginsAnswer,
  loginsQuery,
} from '@countersign/api/wallet/logins'
import { showDateTime } from '@countersign/core/date-time'
import { fail, type WireError } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { parsePlace, writePlace } from '@countersign/service/sessions/list-place'
import { endLogin, endOtherLogins, listLogins, type OwnLogin } from '../access/own-logins.ts'
import type { Wallet } from '../wallet.ts'
import {
  closedAnswers,
  doneAnswer,
  jsonAnswer,
  malformedAnswer,
  refusalAnswer,
} from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { LOGIN_ERRORS } from './answers/wire-access.ts'
import { callerOf } from './caller/authenticate-caller.ts'

const tags = ['account']
const config = { door: 'open', limited: false } as const
const withoutBody = { ...config, accepts: ['json', 'text', 'form'] } as const
const bodyLimit = BODY_LIMITS.message

/** Of a place that no list gave out. */
export const placeUnknown: WireError = {
  status: 400,
  message: 'querystring/startingAfter: is not from a page of this list',
  refusal: 'place_unknown',
}

export function ownLoginRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    '/wallet-api/auth/logins',
    {
      schema: { summary: 'Where the account is logged in', tags, querystring: loginsQuery },
      config: {
        ...config,
        answers: {
          ...closedAnswers,
          200: jsonAnswer('The log-ins', loginsAnswer),
          400: malformedAnswer(placeUnknown.message),
        },
      },
    },
    async (request) => {
      const { login } = callerOf(request)
      const { limit = LOGINS_MOST, startingAfter } = request.query
      const after =
        startingAfter === undefined ? undefined : (parsePlace(startingAfter) ?? fail(placeUnknown))
      const { logins, next } = await listLogins(wallet, login.accountId, { after, limit })
      const answer: LoginsAnswer = {
        logins: logins.map((one) => loginView(one, login.id)),
        next: next && writePlace(next),
      }
      return answer
    },
  )

  app.delete(
    '/wallet-api/auth/logins',
    {
      schema: { summary: 'End every log-in but this one', tags },
      bodyLimit,
      config: { ...withoutBody, answers: { ...closedAnswers, 202: doneAnswer('This one is the only one') } },
    },
    async (request, reply) => {
      const { login } = callerOf(request)
      await endOtherLogins(wallet, login.accountId, login.id)
      return reply.code(202).send({})
    },
  )

  app.delete(
    '/wallet-api/auth/logins/:login',
    {
      schema: { summary: 'End a log-in', tags, params: loginParams },
      bodyLimit,
      config: {
        ...withoutBody,
        answers: {
          ...closedAnswers,
          202: doneAnswer('It is over, on every instance'),
          404: refusalAnswer(LOGIN_ERRORS, { code: 'login_unknown' }, 'The account has no such log-in'),
        },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request)
      valueOr(LOGIN_ERRORS, await endLogin(wallet, accountId, request.params.login))
      return reply.code(202).send({})
    },
  )
}

function loginView(
  { by, client, createdAt, expiresAt, id, usedAt }: OwnLogin,
  current: string,
): LoginsAnswer['logins'][number] {
  return {
    id,
    current: id === current,
    by,
    userAgent: client,
    createdOn: showDateTime(createdAt),
    lastUsedOn: usedAt === undefined ? undefined : showDateTime(usedAt),
    expiresAt: showDateTime(expiresAt),
  }
}
