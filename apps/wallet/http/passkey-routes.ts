/** Passkeys: made by whoever is logged in or together with an account, and logins with them. For pages of ours. */
import {
  browserSession as browserSessionAnswer,
  CSRF_HEADER,
  type PasskeyAnswer,
  type PasskeyLoginOptionsAnswer,
  type PasskeyOptionsAnswer,
  type PasskeysAnswer,
  passkeyAnswer,
  passkeyLoginOptionsAnswer,
  passkeyLoginRequest,
  passkeyOptionsAnswer,
  passkeyOptionsRequest,
  passkeyParams,
  passkeyRequest,
  passkeysAnswer,
} from '@countersign/api/wallet/passkeys'
import { showDateTime } from '@countersign/core/date-time'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyRequest } from 'fastify'
import { addPasskeyOptions } from '../access/add-passkey.ts'
import {
  listPasskeys,
  loginOptions,
  loginWithPasskey,
  MAX_PASSKEYS,
  type Passkey,
  registerPasskey,
  registrationOptions,
  removePasskey,
} from '../account/passkeys.ts'
import type { OpenSession } from '../account/session-token.ts'
import type { Wallet } from '../wallet.ts'
import { closedAnswers, doneAnswer, jsonAnswer, openAnswers, refusalAnswer } from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { CONFIRMATION_ERRORS } from './answers/wire-access.ts'
import { foreignLogin, PASSKEY_ERRORS } from './answers/wire-account.ts'
import { callerOf, callerWith, presentedTokens } from './caller/authenticate-caller.ts'
import { browserSessionOf, enterBrowser } from './caller/enter-browser.ts'
import type { OwnPages } from './caller/own-pages.ts'
import { relyingPartyOf } from './caller/relying-party.ts'

const ADDING_ERRORS = { ...CONFIRMATION_ERRORS, ...PASSKEY_ERRORS }
const tags = ['account']
const config = { door: 'open', limited: true } as const
const bodyLimit = BODY_LIMITS.message

const pageAnswers = {
  ...openAnswers,
  403: errorAnswer('The call does not come from a page of ours', foreignLogin),
  400: refusalAnswer(
    PASSKEY_ERRORS,
    { code: 'ceremony_unknown' },
    'It is malformed, too old, or of another place',
  ),
}

const tooMany = refusalAnswer(
  PASSKEY_ERRORS,
  { code: 'too_many_attempts', retryAfterSeconds: 42 },
  'Too many accounts were made in this minute, or too many confirmations were wrong',
)

const fullAnswer = refusalAnswer(
  PASSKEY_ERRORS,
  { code: 'too_many_passkeys', max: MAX_PASSKEYS },
  'The account has no room for another one, or has this one',
)

/** They serve strangers too. Their scope is their own: whatever is in it is for pages of ours alone. */
export function openPasskeyRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  const rp = relyingPartyOf(pages)
  app.addHook('onRequest', async (request) => {
    if (!pages.isActing(request.headers)) fail(foreignLogin)
  })
  registration(app, wallet, { pages, rp })
  login(app, wallet, { pages, rp })
}

interface Ours {
  readonly pages: OwnPages
  readonly rp: ReturnType<typeof relyingPartyOf>
}

function registration(app: ServiceApp, wallet: Wallet, { pages, rp }: Ours): void {
  app.post(
    '/wallet-api/auth/passkeys/options',
    {
      schema: {
        summary: 'Begin to make a passkey',
        description:
          'With a login for its account, confirmed where the login is older than ten minutes; without one for an account that is made with it.',
        tags,
        body: passkeyOptionsRequest,
      },
      bodyLimit,
      config: {
        ...config,
        answers: {
          ...pageAnswers,
          200: jsonAnswer('For navigator.credentials.create', passkeyOptionsAnswer),
          403: refusalAnswer(
            CONFIRMATION_ERRORS,
            { code: 'confirmation_needed' },
            'There is no confirmation, or it is wrong; or the call does not come from a page of ours',
          ),
          409: fullAnswer,
          429: tooMany,
        },
      },
    },
    async (request) => {
      const { confirmation, name } = request.body
      const login = await loginIn(request)
      const answer: PasskeyOptionsAnswer =
        login === undefined
          ? valueOr(PASSKEY_ERRORS, await registrationOptions(wallet, rp, { name }))
          : valueOr(
              ADDING_ERRORS,
              await addPasskeyOptions(wallet, { login, confirmation, sender: request.sender, rp }),
            )
      return answer
    },
  )

  app.post(
    '/wallet-api/auth/passkeys',
    {
      schema: { summary: 'Keep the passkey that was made', tags, body: passkeyRequest },
      bodyLimit,
      config: {
        ...config,
        begins: true,
        answers: {
          ...pageAnswers,
          201: jsonAnswer('The passkey is kept', passkeyAnswer),
          409: fullAnswer,
          429: tooMany,
        },
      },
    },
    async (request, reply) => {
      const caller = (await loginIn(request))?.accountId
      const { ceremony, credential, label } = request.body
      const made = valueOr(
        PASSKEY_ERRORS,
        await registerPasskey(wallet, rp, {
          ceremony,
          credential,
          label,
          caller,
          sender: request.sender,
          client: request.headers['user-agent'],
        }),
      )
      const passkey = passkeyView(made.passkey)
      const { entered } = made
      if (entered === undefined) {
        const answer: PasskeyAnswer = { passkey }
        return reply.code(201).send(answer)
      }
      const { recoveryCodes, token } = entered
      await enterBrowser(wallet, pages, { request, reply, token })
      const answer: PasskeyAnswer = { passkey, session: await browserSessionOf(wallet, token), recoveryCodes }
      return reply.code(201).send(answer)
    },
  )

  /** A cookie without the second secret is nobody's: a page that does not know of that login begins anew. */
  async function loginIn(request: FastifyRequest): Promise<OpenSession | undefined> {
    const isUnconfirmed = request.headers[CSRF_HEADER] === undefined
    const [presented] = presentedTokens(pages, request.headers)
    if (presented?.by === 'cookie' && isUnconfirmed) return undefined
    return (await callerWith(wallet, pages, request))?.login
  }
}

function login(app: ServiceApp, wallet: Wallet, { pages, rp }: Ours): void {
  app.post(
    '/wallet-api/auth/passkeys/login/options',
    {
      schema: { summary: 'Begin to log in with a passkey', tags },
      bodyLimit,
      config: {
        ...config,
        answers: {
          403: pageAnswers[403],
          200: jsonAnswer('For navigator.credentials.get', passkeyLoginOptionsAnswer),
        },
      },
    },
    async () => {
      const answer: PasskeyLoginOptionsAnswer = loginOptions(wallet, rp)
      return answer
    },
  )

  app.post(
    '/wallet-api/auth/passkeys/login',
    {
      schema: { summary: 'Log in with a passkey', tags, body: passkeyLoginRequest },
      bodyLimit,
      config: {
        ...config,
        answers: {
          ...pageAnswers,
          200: jsonAnswer('Logged in: the token is in the cookie', browserSessionAnswer),
          401: refusalAnswer(PASSKEY_ERRORS, { code: 'login_failed' }, 'Nobody here has this passkey'),
        },
      },
    },
    async (request, reply) => {
      const client = request.headers['user-agent']
      const { token } = valueOr(
        PASSKEY_ERRORS,
        await loginWithPasskey(wallet, rp, { ...request.body, client }),
      )
      await enterBrowser(wallet, pages, { request, reply, token })
      return browserSessionOf(wallet, token)
    },
  )
}

/** For people with a login. */
export function closedPasskeyRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    '/wallet-api/auth/passkeys',
    {
      schema: { summary: 'The passkeys of the account', tags },
      config: {
        door: 'open',
        limited: false,
        answers: { ...closedAnswers, 200: jsonAnswer('The passkeys', passkeysAnswer) },
      },
    },
    async (request) => {
      const answer: PasskeysAnswer = (await listPasskeys(wallet, callerOf(request).accountId)).map(
        passkeyView,
      )
      return answer
    },
  )

  app.delete(
    '/wallet-api/auth/passkeys/:passkey',
    {
      schema: { summary: 'Remove a passkey', tags, params: passkeyParams },
      bodyLimit,
      config: {
        door: 'open',
        limited: false,
        accepts: ['json', 'text', 'form'],
        answers: {
          ...closedAnswers,
          202: doneAnswer('It is gone'),
          404: refusalAnswer(PASSKEY_ERRORS, { code: 'passkey_unknown' }, 'The account has no such passkey'),
          409: refusalAnswer(PASSKEY_ERRORS, { code: 'last_login' }, 'Nobody could log in without it'),
        },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request)
      valueOr(PASSKEY_ERRORS, await removePasskey(wallet, accountId, request.params.passkey))
      return reply.code(202).send({})
    },
  )
}

function passkeyView({ createdAt, id, label, prf, usedAt }: Passkey): PasskeyAnswer['passkey'] {
  return {
    id,
    label,
    prf,
    createdOn: showDateTime(createdAt),
    lastUsedOn: usedAt === undefined ? undefined : showDateTime(usedAt),
  }
}
