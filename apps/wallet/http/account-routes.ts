/** What belongs to the account: who I am, my wallets, the end of my login. */
import {
  type LogoutAnswer,
  logoutAnswer,
  logoutQuery,
  type SessionAnswer,
  sessionAnswer,
  userInfoAnswer,
  walletsAnswer,
} from '@countersign/api/wallet/accounts'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { listWallets } from '../account/accounts.ts'
import { browserSession } from '../account/browser-session.ts'
import { logout, logoutEverywhere } from '../account/logout.ts'
import { userInfo } from '../account/user-info.ts'
import type { Wallet } from '../wallet.ts'
import { closedAnswers, jsonAnswer } from './answers/route-answers.ts'
import { browserSessionView, userInfoView, walletsView } from './answers/wire.ts'
import { callerOf, presentedTokens } from './caller/authenticate-caller.ts'
import type { OwnPages } from './caller/own-pages.ts'

const tags = ['account']
const config = { door: 'open', limited: false } as const

export function accountRoutes(app: ServiceApp, wallet: Wallet, pages: OwnPages): void {
  app.post(
    '/wallet-api/auth/logout',
    {
      schema: {
        summary: 'Log out: the token is revoked on every instance',
        tags,
        querystring: logoutQuery,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        ...config,
        accepts: ['json', 'text', 'form'],
        answers: { ...closedAnswers, 200: jsonAnswer('Logged out', logoutAnswer) },
      },
    },
    async (request, reply) => {
      const tokens = presentedTokens(pages, request.headers).map(({ token }) => token)
      await logout(wallet, tokens)
      if (request.query.everywhere) await logoutEverywhere(wallet, callerOf(request).accountId)
      const answer: LogoutAnswer = {}
      return reply.header('set-cookie', pages.cookies.write(request.headers, '', 0)).send(answer)
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
      schema: {
        summary: 'The login that this call came with',
        description:
          'A token in a header comes back as it is; for one in a cookie there is what a page needs instead.',
        tags,
      },
      config: { ...config, answers: { ...closedAnswers, 200: jsonAnswer('The login', sessionAnswer) } },
    },
    async (request) => {
      const { by, token } = callerOf(request)
      const session = by === 'cookie' ? await browserSession(wallet, token) : undefined
      const answer: SessionAnswer =
        session === undefined ? { token: { accessToken: token } } : { session: browserSessionView(session) }
      return answer
    },
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
