/** Register and log in: the two calls that need no login. */
import { loginAnswer, loginRequest, registerRequest } from '@countersign/api/wallet/accounts'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { login } from '../account/login.ts'
import { registerAccount } from '../account/register-account.ts'
import type { Wallet } from '../wallet.ts'
import {
  jsonAnswer,
  malformedAnswer,
  openAnswers,
  refusalAnswer,
  textAnswer,
} from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { ACCOUNT_ERRORS, foreignLogin } from './answers/wire-account.ts'
import { admit } from './caller/enter-browser.ts'
import type { OwnPages } from './caller/own-pages.ts'

const tags = ['account']
const config = { door: 'open', limited: true } as const

const REGISTERED = 'Registration succeeded'

const tooMany = { code: 'too_many_attempts', retryAfterSeconds: 42 } as const

const off = refusalAnswer(
  ACCOUNT_ERRORS,
  { code: 'passwords_off' },
  'Passwords are off here; or the request comes from a page of another site (in development)',
)

const registerAnswers = {
  ...openAnswers,
  201: textAnswer('There is an account', REGISTERED),
  400: malformedAnswer('body/email: Invalid input: expected string, received undefined'),
  403: off,
  409: refusalAnswer(ACCOUNT_ERRORS, { code: 'account_exists' }, 'The address has an account'),
  429: refusalAnswer(ACCOUNT_ERRORS, tooMany, 'Too many accounts were made in this minute'),
}

const loginAnswers = {
  ...openAnswers,
  200: jsonAnswer('Logged in: the token, which browsers get as a cookie too', loginAnswer),
  400: malformedAnswer('body/password: Invalid input: expected string, received undefined'),
  401: refusalAnswer(ACCOUNT_ERRORS, { code: 'login_failed' }, 'Address or password are wrong'),
  403: errorAnswer(
    'A page that is none of ours asks for a login in a cookie, or passwords are off here',
    foreignLogin,
  ),
  429: refusalAnswer(ACCOUNT_ERRORS, tooMany, 'Too many logins failed in this minute'),
}

export function loginRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.post(
    '/wallet-api/auth/register',
    {
      schema: { summary: 'Make an account with a wallet, a key and a DID', tags, body: registerRequest },
      bodyLimit: BODY_LIMITS.message,
      config: { ...config, begins: true, answers: registerAnswers },
    },
    async (request, reply) => {
      valueOr(ACCOUNT_ERRORS, await registerAccount(wallet, request.body, request.sender))
      return reply.code(201).type('text/plain; charset=utf-8').send(REGISTERED)
    },
  )

  app.post(
    '/wallet-api/auth/login',
    {
      schema: {
        summary: 'Log in',
        description:
          'Pages of the wallet get the login in a cookie too; with `session: cookie` nowhere else. A login that the browser had before ends.',
        tags,
        body: loginRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...config, answers: loginAnswers },
    },
    async (request, reply) => {
      const { email, password, session: kind } = request.body
      if (kind === 'cookie' && !pages.isAsking(request.headers)) fail(foreignLogin)
      const { sender } = request
      const client = request.headers['user-agent']
      const entered = valueOr(ACCOUNT_ERRORS, await login(wallet, { email, password, sender, client }))
      return admit(wallet, pages, { request, reply, kind }, entered)
    },
  )
}
