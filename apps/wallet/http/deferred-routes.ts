/** What issuers prepare: which cards are still to come, and asking for one by hand. */
import { walletParams } from '@countersign/api/wallet/accounts'
import { deferredAnswer, deferredListAnswer, deferredParams } from '@countersign/api/wallet/deferred'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { askByHand, listWaiting } from '../deferred/deferred-credentials.ts'
import type { Wallet } from '../wallet.ts'
import { jsonAnswer, refusalAnswer, walletAnswers } from './answers/route-answers.ts'
import { valueOr } from './answers/wire.ts'
import { DEFERRED_ERRORS, deferredView } from './answers/wire-deferred.ts'
import { walletOf } from './caller/authenticate-caller.ts'
import { localesOf } from './locales.ts'

const base = '/wallet-api/wallet/:wallet/exchange/deferred'
const config = { door: 'open', limited: false } as const
const tags = ['receive']

export function deferredRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    base,
    {
      schema: {
        summary: 'What is still to come from issuers',
        description:
          'Credentials that their issuers prepare, the oldest first. They are asked for in the background; what does not come any more is told by the history.',
        tags,
        params: walletParams,
      },
      config: {
        ...config,
        answers: { ...walletAnswers, 200: jsonAnswer('Those that may still come', deferredListAnswer) },
      },
    },
    async (request) =>
      (await listWaiting(wallet, walletOf(request), localesOf(request))).map((one) => deferredView(one)),
  )

  app.post(
    `${base}/:deferred/ask`,
    {
      schema: {
        summary: 'Ask for it now',
        description:
          'As soon as the issuer lets itself be asked: where it said when to come again, not before that. May be repeated.',
        tags,
        params: deferredParams,
      },
      config: {
        ...config,
        answers: {
          ...walletAnswers,
          200: jsonAnswer('How it stands then', deferredAnswer),
          404: refusalAnswer(
            DEFERRED_ERRORS,
            { code: 'deferred_unknown' },
            'The account has no such wallet, or it waits for no such credential',
          ),
        },
      },
      bodyLimit: BODY_LIMITS.message,
    },
    async (request) => {
      const { deferred: id } = request.params
      return deferredView(
        valueOr(DEFERRED_ERRORS, await askByHand(wallet, walletOf(request), id, localesOf(request))),
      )
    },
  )
}
