/** The ways in for somebody who has lost password and passkey: recovery codes, and links of the operator. */
import {
  type ResetAnswer,
  type ResetOptionsAnswer,
  recoveryLoginRequest,
  resetAnswer,
  resetOptionsAnswer,
  resetOptionsRequest,
  resetRequest,
  type WaysInAnswer,
  waysInAnswer,
} from '@countersign/api/wallet/access'
import { loginAnswer } from '@countersign/api/wallet/accounts'
import { showDateTime } from '@countersign/core/date-time'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { loginWithRecoveryCode } from '../access/new-recovery-codes.ts'
import { resetOptions, useResetLink } from '../access/use-reset-link.ts'
import { userInfo } from '../account/user-info.ts'
import type { Wallet } from '../wallet.ts'
import { jsonAnswer, malformedAnswer, openAnswers, refusalAnswer } from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { RECOVERY_ERRORS, RESET_ERRORS } from './answers/wire-access.ts'
import { foreignLogin } from './answers/wire-account.ts'
import { admit, browserSessionOf, enterBrowser } from './caller/enter-browser.ts'
import type { OwnPages } from './caller/own-pages.ts'
import { relyingPartyOf } from './caller/relying-party.ts'

const tags = ['account']
const config = { door: 'open', limited: true } as const
const bodyLimit = BODY_LIMITS.message
const tooMany = { code: 'too_many_attempts', retryAfterSeconds: 42 } as const

const foreign = errorAnswer('A page that is none of ours asks for a login in a cookie', foreignLogin)

const recoveryAnswers = {
  ...openAnswers,
  200: jsonAnswer('Logged in; the code is spent', loginAnswer),
  400: malformedAnswer('body/code: Invalid input: expected string, received undefined'),
  401: refusalAnswer(RECOVERY_ERRORS, { code: 'login_failed' }, 'There is no such code'),
  403: foreign,
  429: refusalAnswer(RECOVERY_ERRORS, tooMany, 'Too many logins failed in this minute'),
}

const resetAnswers = {
  ...openAnswers,
  400: refusalAnswer(RESET_ERRORS, { code: 'ceremony_unknown' }, 'It is malformed, or too old'),
  403: foreign,
  404: refusalAnswer(RESET_ERRORS, { code: 'link_unusable' }, 'The link does not work any more'),
  429: refusalAnswer(RESET_ERRORS, tooMany, 'Too many links were tried in this minute'),
}

export function waysInRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.get(
    '/wallet-api/auth/ways',
    {
      schema: { summary: 'Which ways in there are here', tags },
      config: {
        door: 'open',
        limited: false,
        answers: { ...openAnswers, 200: jsonAnswer('The ways', waysInAnswer) },
      },
    },
    async () => {
      const answer: WaysInAnswer = { password: wallet.passwordLogin }
      return answer
    },
  )

  app.post(
    '/wallet-api/auth/recovery-codes/login',
    {
      schema: {
        summary: 'Log in with a recovery code',
        description: 'The code is spent with that. Pages get the login in a cookie, as at `auth/login`.',
        tags,
        body: recoveryLoginRequest,
      },
      bodyLimit,
      config: { ...config, answers: recoveryAnswers },
    },
    async (request, reply) => {
      const { code, session: kind } = request.body
      if (kind === 'cookie' && !pages.isAsking(request.headers)) fail(foreignLogin)
      const { sender } = request
      const client = request.headers['user-agent']
      const entered = valueOr(RECOVERY_ERRORS, await loginWithRecoveryCode(wallet, { code, sender, client }))
      const { email } = await userInfo(wallet, entered.accountId)
      return admit(wallet, pages, { request, reply, kind }, { ...entered, email })
    },
  )
  resetRoutes(app, wallet, pages)
}

/** For pages alone: what they lead to is a browser's login. */
function resetRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.post(
    '/wallet-api/auth/reset/options',
    {
      schema: {
        summary: 'Look at a link of the operator',
        description: 'Whose account it opens, and what a new passkey needs. The link is not used with that.',
        tags,
        body: resetOptionsRequest,
      },
      bodyLimit,
      config: { ...config, answers: { ...resetAnswers, 200: jsonAnswer('Whose it is', resetOptionsAnswer) } },
    },
    async (request) => {
      if (!pages.isActing(request.headers)) fail(foreignLogin)
      const { link } = request.body
      const { expiresAt, ...opened } = valueOr(
        RESET_ERRORS,
        await resetOptions(wallet, relyingPartyOf(pages), { link, sender: request.sender }),
      )
      const answer: ResetOptionsAnswer = { ...opened, expiresAt: showDateTime(expiresAt) }
      return answer
    },
  )

  app.post(
    '/wallet-api/auth/reset',
    {
      schema: {
        summary: 'Use a link of the operator',
        description:
          'A new password or passkey. What opened the account before opens it no more, recovery codes and log-ins too; new codes come with the answer.',
        tags,
        body: resetRequest,
      },
      bodyLimit,
      config: {
        ...config,
        answers: {
          ...resetAnswers,
          200: jsonAnswer('Logged in; the link is used', resetAnswer),
          409: refusalAnswer(
            RESET_ERRORS,
            { code: 'passkey_exists' },
            'The passkey is another account’s, or the account has no password',
          ),
        },
      },
    },
    async (request, reply) => {
      if (!pages.isActing(request.headers)) fail(foreignLogin)
      const { sender } = request
      const client = request.headers['user-agent']
      const { recoveryCodes, token } = valueOr(
        RESET_ERRORS,
        await useResetLink(wallet, relyingPartyOf(pages), { ...request.body, sender, client }),
      )
      await enterBrowser(wallet, pages, { request, reply, token })
      const answer: ResetAnswer = { session: await browserSessionOf(wallet, token), recoveryCodes }
      return answer
    },
  )
}
