/** The wallets of an account: made, renamed and deleted. */
import { confirmedRequest } from '@countersign/api/wallet/access'
import {
  type WalletAnswer,
  walletAnswer,
  walletParams,
  walletRequest,
} from '@countersign/api/wallet/accounts'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { confirm } from '../access/confirmation.ts'
import { createWallet, deleteWallet, MAX_WALLETS, renameWallet } from '../account/wallets.ts'
import type { Wallet } from '../wallet.ts'
import { askingOf, confirmedAnswers, confirmedConfig } from './access-routes.ts'
import {
  closedAnswers,
  doneAnswer,
  jsonAnswer,
  malformedAnswer,
  noSuchWallet,
  refusalAnswer,
  walletAnswers,
} from './answers/route-answers.ts'
import { listedWalletView, valueOr } from './answers/wire.ts'
import { CONFIRMATION_ERRORS, WALLETS_ERRORS } from './answers/wire-access.ts'
import { callerOf, walletOf } from './caller/authenticate-caller.ts'
import type { OwnPages } from './caller/own-pages.ts'

const tags = ['account']
const config = { door: 'open', limited: false } as const
const bodyLimit = BODY_LIMITS.message
const base = '/wallet-api/wallet/accounts/wallets'
const malformed = malformedAnswer('body/name: Invalid input: expected string, received undefined')

export function walletsRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.post(
    base,
    {
      schema: { summary: 'Make another wallet, with a key and a DID', tags, body: walletRequest },
      bodyLimit,
      config: {
        ...config,
        begins: true,
        answers: {
          ...closedAnswers,
          201: jsonAnswer('The wallet', walletAnswer),
          400: malformed,
          409: refusalAnswer(
            WALLETS_ERRORS,
            { code: 'too_many_wallets', max: MAX_WALLETS },
            'The account has no room for another one',
          ),
        },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request)
      const made = valueOr(WALLETS_ERRORS, await createWallet(wallet, accountId, request.body.name))
      const answer: WalletAnswer = listedWalletView(made)
      return reply.code(201).send(answer)
    },
  )

  app.put(
    `${base}/:wallet`,
    {
      schema: { summary: 'Rename a wallet', tags, params: walletParams, body: walletRequest },
      bodyLimit,
      config: {
        ...config,
        answers: { ...walletAnswers, 202: doneAnswer('It has the new name'), 400: malformed },
      },
    },
    async (request, reply) => {
      await renameWallet(wallet, walletOf(request), request.body.name)
      return reply.code(202).send({})
    },
  )

  app.post(
    `${base}/:wallet/delete`,
    {
      schema: {
        summary: 'Delete a wallet with everything in it',
        description: 'For good: keys, DIDs, credentials and history.',
        tags,
        params: walletParams,
        body: confirmedRequest,
      },
      bodyLimit,
      config: {
        ...confirmedConfig,
        answers: {
          ...confirmedAnswers,
          202: doneAnswer('Nothing is left of it'),
          404: noSuchWallet,
          409: refusalAnswer(WALLETS_ERRORS, { code: 'last_wallet' }, 'It is the only one'),
        },
      },
    },
    async (request, reply) => {
      const asking = askingOf(pages, request, request.body.confirmation)
      valueOr(CONFIRMATION_ERRORS, await confirm(wallet, asking))
      valueOr(WALLETS_ERRORS, await deleteWallet(wallet, walletOf(request)))
      return reply.code(202).send({})
    },
  )
}
