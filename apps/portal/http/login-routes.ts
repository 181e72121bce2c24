/** Log-in, the one-time link, passkeys: the calls that need no login, and those about one's own. */
import {
  emptyBody,
  linkAnswer,
  linkBody,
  loginBody,
  operatorAnswer,
  passkeyLoginBody,
  passkeyOptions,
  useLinkBody,
} from '@countersign/api/portal/operators'
import { foreignPage } from '@countersign/service/http/access'
import {
  type DescribedAnswer,
  type DescribedAnswers,
  errorAnswer,
} from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import { type LoggedIn, logInByPasskey, logInByPassword } from '../operators/log-in.ts'
import { openLink } from '../operators/one-time-link.ts'
import { keepPasskey, loginOptions, provePasskey, registrationOptions } from '../operators/passkeys.ts'
import { endSession } from '../operators/sessions.ts'
import { useLink } from '../operators/use-link.ts'
import type { Operator, Operators } from '../portal.ts'
import { csrfWrong, loginCookie, loginToken, notLoggedIn, type OperatorDoor } from './operator-door.ts'
import { OPERATOR_ERRORS, type OperatorRefusal, valueOr } from './wire.ts'

const tags = ['operator']
const bodyLimit = BODY_LIMITS.message

const foreign = { 403: errorAnswer('The request comes from a page of another site', foreignPage) }
const closed: DescribedAnswers = {
  401: errorAnswer('Nobody is logged in', notLoggedIn),
  403: errorAnswer('The request comes from a page of another site, or without its token', csrfWrong),
}
const tooMany = { code: 'too_many_attempts', retryAfterSeconds: 42 } as const
const linkOver = errorAnswer('The link was used, replaced or is too old', told({ code: 'link_unusable' }))
const passkeyNotTaken = errorAnswer('It was not accepted', told({ code: 'passkey_refused' }))

const loggedInAnswers = {
  ...foreign,
  200: answers('Logged in: the cookie comes with the answer', operatorAnswer),
  401: errorAnswer('Name or password are wrong', told({ code: 'login_failed' })),
  429: errorAnswer('Too many logins failed in this minute', told(tooMany)),
}

export function loginRoutes(app: ServiceApp, operators: Operators, door: OperatorDoor): void {
  passwordRoutes(app, operators, door)
  linkRoutes(app, operators, door)
  ownPasskeyRoutes(app, operators, door)
}

function passwordRoutes(app: ServiceApp, operators: Operators, { keepOwnPage }: OperatorDoor): void {
  const config = { door: 'open', limited: true, answers: loggedInAnswers } as const
  app.post(
    '/api/login',
    {
      onRequest: keepOwnPage,
      schema: { summary: 'Log in with name and password', tags, body: loginBody },
      bodyLimit,
      config,
    },
    async (request, reply) =>
      greet(operators, reply, valueOr(await logInByPassword(operators, request.body, request.sender))),
  )

  app.post(
    '/api/login/passkey/options',
    {
      onRequest: keepOwnPage,
      schema: { summary: 'What to ask a passkey', tags, body: emptyBody },
      bodyLimit,
      config: { ...config, answers: { ...foreign, 200: answers('For the browser', passkeyOptions) } },
    },
    async () => ({ publicKey: await loginOptions(operators) }),
  )

  app.post(
    '/api/login/passkey',
    {
      onRequest: keepOwnPage,
      schema: { summary: 'Log in with a passkey', tags, body: passkeyLoginBody },
      bodyLimit,
      config: { ...config, answers: { ...loggedInAnswers, 400: passkeyNotTaken } },
    },
    async (request, reply) => {
      const { body, sender } = request
      return greet(operators, reply, valueOr(await logInByPasskey(operators, body.credential, sender)))
    },
  )
}

/** What the link carries comes in a body: it stands in no address, and so in no log. */
function linkRoutes(app: ServiceApp, operators: Operators, { keepOwnPage }: OperatorDoor): void {
  const common = { ...foreign, 410: linkOver }
  const config = { door: 'open', limited: true } as const
  app.post(
    '/api/link',
    {
      onRequest: keepOwnPage,
      schema: { summary: 'Whose one-time link it is', tags, body: linkBody },
      bodyLimit,
      config: { ...config, answers: { ...common, 200: answers('It can be used', linkAnswer) } },
    },
    async (request) => {
      const { operator, expiresAt } = valueOr(await openLink(operators, request.body.link))
      return { name: operator.name, expiresAt }
    },
  )

  app.post(
    '/api/link/passkey/options',
    {
      onRequest: keepOwnPage,
      schema: { summary: 'How to make a passkey with a one-time link', tags, body: linkBody },
      bodyLimit,
      config: { ...config, answers: { ...common, 200: answers('For the browser', passkeyOptions) } },
    },
    async (request) => {
      const { operator } = valueOr(await openLink(operators, request.body.link))
      return { publicKey: await registrationOptions(operators, operator) }
    },
  )

  app.post(
    '/api/link/use',
    {
      onRequest: keepOwnPage,
      schema: { summary: 'Set a password or a passkey with a one-time link', tags, body: useLinkBody },
      bodyLimit,
      config: {
        ...config,
        answers: {
          ...common,
          200: answers('Logged in: the cookie comes with the answer', operatorAnswer),
          400: errorAnswer(
            'The password is too short, or the passkey was not accepted',
            told({ code: 'password_length', minimum: 12, maximum: 200 }),
          ),
        },
      },
    },
    async (request, reply) => {
      const { credential, link, password } = request.body
      const means = credential === undefined ? { password: password ?? '' } : { credential }
      return greet(operators, reply, valueOr(await useLink(operators, link, means)))
    },
  )
}

function ownPasskeyRoutes(app: ServiceApp, operators: Operators, door: OperatorDoor): void {
  const config = { door: 'open', limited: false } as const
  app.post(
    '/api/passkeys/options',
    {
      onRequest: door.keep,
      schema: { summary: 'How to make one more passkey', tags, body: emptyBody },
      bodyLimit,
      config: { ...config, answers: { ...closed, 200: answers('For the browser', passkeyOptions) } },
    },
    async (request) => ({
      publicKey: await registrationOptions(operators, await operatorOf(door, request)),
    }),
  )

  app.post(
    '/api/passkeys',
    {
      onRequest: door.keep,
      schema: { summary: 'Keep one more passkey', tags, body: passkeyLoginBody },
      bodyLimit,
      config: {
        ...config,
        answers: {
          ...closed,
          201: { description: 'It opens the account from now on' },
          400: passkeyNotTaken,
          409: errorAnswer('There are too many', told({ code: 'passkeys_too_many', maximum: 10 })),
        },
      },
    },
    async (request, reply) => {
      const operator = await operatorOf(door, request)
      const proved = valueOr(await provePasskey(operators, operator, request.body.credential))
      valueOr(await keepPasskey(operators, operator, proved))
      return reply.code(201).send()
    },
  )

  app.post(
    '/api/logout',
    {
      onRequest: door.keep,
      schema: { summary: 'Log out', tags, body: emptyBody },
      bodyLimit,
      config: { ...config, answers: { ...closed, 204: { description: 'The session is over everywhere' } } },
    },
    async (request, reply) => {
      await endSession(operators, loginToken(request) ?? '')
      return reply
        .code(204)
        .header('set-cookie', loginCookie('', 0, operators.baseUrl))
        .send()
    },
  )
}

async function operatorOf(
  door: OperatorDoor,
  request: Parameters<OperatorDoor['session']>[0],
): Promise<Operator> {
  const session = await door.session(request)
  return session === undefined ? fail(notLoggedIn) : session.operator
}

function greet(operators: Operators, reply: FastifyReply, { operator, token }: LoggedIn) {
  void reply.header('set-cookie', loginCookie(token, operators.sessionSeconds, operators.baseUrl))
  return { name: operator.name }
}

function told(refusal: OperatorRefusal) {
  return wireError(OPERATOR_ERRORS, refusal)
}

function answers(description: string, schema: z.ZodType): DescribedAnswer {
  const examples = schema.meta()?.['examples']
  return { description, schema, example: Array.isArray(examples) ? examples[0] : undefined }
}
