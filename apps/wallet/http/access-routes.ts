/** What an account is entered by, changed by its owner; and its end. */
import {
  changePasswordRequest,
  confirmedRequest,
  newRecoveryCodesRequest,
  type RecoveryCodesAnswer,
  type RecoveryCodesLeftAnswer,
  recoveryCodesAnswer,
  recoveryCodesLeftAnswer,
} from '@countersign/api/wallet/access'
import { type PasskeyLoginOptionsAnswer, passkeyLoginOptionsAnswer } from '@countersign/api/wallet/passkeys'
import { showDateTime } from '@countersign/core/date-time'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyRequest } from 'fastify'
import { changePassword } from '../access/change-password.ts'
import { type Asking, type Confirmation, confirm } from '../access/confirmation.ts'
import { newRecoveryCodes } from '../access/new-recovery-codes.ts'
import { deleteAccount } from '../account/delete-account.ts'
import { confirmationOptions } from '../account/passkeys.ts'
import { recoveryCodesLeft } from '../account/recovery-codes.ts'
import type { Wallet } from '../wallet.ts'
import {
  closedAnswers,
  doneAnswer,
  jsonAnswer,
  malformedAnswer,
  refusalAnswer,
} from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { CONFIRMATION_ERRORS, PASSWORD_ERRORS } from './answers/wire-access.ts'
import { callerOf } from './caller/authenticate-caller.ts'
import type { OwnPages } from './caller/own-pages.ts'
import { relyingPartyOf } from './caller/relying-party.ts'

const tags = ['account']
const config = { door: 'open', limited: false } as const
const bodyLimit = BODY_LIMITS.message

/** Of every call that wants a confirmation. */
export const confirmedAnswers = {
  ...closedAnswers,
  400: malformedAnswer('body/confirmation: Invalid input: expected object'),
  403: refusalAnswer(
    CONFIRMATION_ERRORS,
    { code: 'confirmation_needed' },
    'There is no confirmation, or it is wrong; or a call with a cookie did not come from a page of ours',
  ),
  429: refusalAnswer(
    CONFIRMATION_ERRORS,
    { code: 'too_many_attempts', retryAfterSeconds: 42 },
    'Too many confirmations were wrong in this minute',
  ),
}

/** `limited` calls are counted for their sender beside that. */
export const confirmedConfig = { door: 'open', limited: true } as const

export function askingOf(
  pages: OwnPages,
  request: FastifyRequest,
  confirmation: Confirmation | undefined,
): Asking {
  const { login } = callerOf(request)
  return { login, confirmation, sender: request.sender, rp: relyingPartyOf(pages) }
}

export function accessRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  passwordRoutes(app, wallet, pages)
  recoveryCodeRoutes(app, wallet, pages)
  deletionRoutes(app, wallet, pages)
}

function passwordRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.put(
    '/wallet-api/auth/password',
    {
      schema: {
        summary: 'Change the password',
        description: 'Every other log-in of the account ends with that.',
        tags,
        body: changePasswordRequest,
      },
      bodyLimit,
      config: {
        ...confirmedConfig,
        answers: {
          ...confirmedAnswers,
          202: doneAnswer('The new one counts'),
          409: refusalAnswer(
            PASSWORD_ERRORS,
            { code: 'account_without_password' },
            'The account has no e-mail address, or passwords are off here',
          ),
        },
      },
    },
    async (request, reply) => {
      const { confirmation, password } = request.body
      valueOr(PASSWORD_ERRORS, await changePassword(wallet, askingOf(pages, request, confirmation), password))
      return reply.code(202).send({})
    },
  )

  app.post(
    '/wallet-api/auth/confirmation/options',
    {
      schema: { summary: 'Begin to confirm something with a passkey', tags },
      bodyLimit,
      config: {
        ...config,
        accepts: ['json', 'text', 'form'],
        answers: {
          ...closedAnswers,
          200: jsonAnswer('For navigator.credentials.get', passkeyLoginOptionsAnswer),
        },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request)
      const answer: PasskeyLoginOptionsAnswer = await confirmationOptions(
        wallet,
        relyingPartyOf(pages),
        accountId,
      )
      return answer
    },
  )
}

function recoveryCodeRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.get(
    '/wallet-api/auth/recovery-codes',
    {
      schema: { summary: 'How many recovery codes are left', tags },
      config: {
        ...config,
        answers: { ...closedAnswers, 200: jsonAnswer('How many', recoveryCodesLeftAnswer) },
      },
    },
    async (request) => {
      const { left, madeAt } = await recoveryCodesLeft(wallet, callerOf(request).accountId)
      const createdOn = madeAt === undefined ? undefined : showDateTime(madeAt)
      const answer: RecoveryCodesLeftAnswer = { left, createdOn }
      return answer
    },
  )

  app.post(
    '/wallet-api/auth/recovery-codes',
    {
      schema: {
        summary: 'Make new recovery codes',
        description: 'They take the place of those that there were, and are shown here and never again.',
        tags,
        body: newRecoveryCodesRequest,
      },
      bodyLimit,
      config: {
        ...confirmedConfig,
        answers: { ...confirmedAnswers, 201: jsonAnswer('The codes', recoveryCodesAnswer) },
      },
    },
    async (request, reply) => {
      const asking = askingOf(pages, request, request.body.confirmation)
      const answer: RecoveryCodesAnswer = {
        recoveryCodes: valueOr(CONFIRMATION_ERRORS, await newRecoveryCodes(wallet, asking)),
      }
      return reply.code(201).send(answer)
    },
  )
}

function deletionRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.post(
    '/wallet-api/auth/delete-account',
    {
      schema: {
        summary: 'Delete the account with all its data',
        description: 'For good: wallets, keys, credentials, history and log-ins. There is no way back.',
        tags,
        body: confirmedRequest,
      },
      bodyLimit,
      config: {
        ...confirmedConfig,
        answers: { ...confirmedAnswers, 202: doneAnswer('Nothing is left of it') },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request)
      valueOr(CONFIRMATION_ERRORS, await confirm(wallet, askingOf(pages, request, request.body.confirmation)))
      await deleteAccount(wallet, accountId)
      return reply
        .header('set-cookie', pages.cookies.write(request.headers, '', 0))
        .code(202)
        .send({})
    },
  )
}
