/** What belongs to the account: who I am, my wallets, the end of my login. */
import {
  type LogoutAnswer,
  logoutAnswer,
  sessionAnswer,
  userInfoAnswer,
  walletsAnswer,
} from '@countersign/api/wallet/accounts'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { listWallets } from '../account/accounts.ts'
import { logout } from '../account/logout.ts'
import { userInfo } from '../account/user-info.ts'
import type { Wallet } from '../wallet.ts'
import { callerOf, loginCookie, presentedTokens } from './authenticate-caller.ts'
import { closedAnswers, jsonAnswer } from './route-answers.ts'
import { sessionView, userInfoView, walletsView } from './wire.ts'

const tags = ['account']
const config = { door: 'open', limited: false } as const

export function accountRoutes(app: ServiceApp, wallet: Wallet): void {
  app.post(
    '/wallet-api/auth/logout',
    {
      schema: { summary: 'Log out: the token is revoked on every instance', tags },
      bodyLimit: BODY_LIMITS.message,
      config: {
        ...config,
        accepts: ['json', 'text', 'form'],
        answers: { ...closedAnswers, 200: jsonAnswer('Logged out', logoutAnswer) },
      },
    },
    async (request, reply) => {
      await logout(wallet, presentedTokens(request.headers))
      const answer: LogoutAnswer = {}
      return reply.header('set-cookie', loginCookie('', 0, wallet.baseUrl)).send(answer)
    },
  )

  app.get(
    '/wallet-api/auth/user-info',
    {
      schema: { summary: 'The account', tags },
      config: { ...config, answers: { ...closedAnswers, 200: jsonAnswer('The account', userInfoAnswer) } },
    },
    async (request) => userInfoView(await userInfo(wallet, callerOf(request).accountId)),
  )

  app.get(
    '/wallet-api/auth/session',
    {
      schema: { summary: 'The token that this call came with', tags },
      config: { ...config, answers: { ...closedAnswers, 200: jsonAnswer('The token', sessionAnswer) } },
    },
    async (request) => sessionView(callerOf(request).token),
  )

  app.get(
    '/wallet-api/wallet/accounts/wallets',
    {
      schema: { summary: 'The wallets of the account', tags },
      config: { ...config, answers: { ...closedAnswers, 200: jsonAnswer('The wallets', walletsAnswer) } },
    },
    async (request) => {
      const { accountId } = callerOf(request)
      return walletsView(accountId, await listWallets(wallet, accountId))
    },
  )
}
