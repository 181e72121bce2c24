/** What belongs to the account: who I am, my wallets, the end of my login. */
import type { ServiceApp } from '@countersign/service/http/http-service'
import { listWallets } from '../account/accounts.ts'
import { logout } from '../account/logout.ts'
import { userInfo } from '../account/user-info.ts'
import type { Wallet } from '../wallet.ts'
import { callerOf, loginCookie, presentedTokens } from './authenticate-caller.ts'
import { isoTime, walletsView } from './wire.ts'

const tags = ['account']
const config = { door: 'open' as const }

export function accountRoutes(app: ServiceApp, wallet: Wallet): void {
  app.post(
    '/wallet-api/auth/logout',
    {
      schema: { summary: 'Log out: the token is revoked on every instance', tags },
      config: { ...config, accepts: ['json', 'text', 'form'] },
    },
    async (request, reply) => {
      await logout(wallet, presentedTokens(request.headers))
      return reply.header('set-cookie', loginCookie('', 0, '')).send({})
    },
  )

  app.get(
    '/wallet-api/auth/user-info',
    { schema: { summary: 'The account', tags }, config },
    async (request) => {
      const { createdAt, ...info } = await userInfo(wallet, callerOf(request).accountId)
      return { ...info, createdOn: isoTime(createdAt) }
    },
  )

  app.get(
    '/wallet-api/auth/session',
    { schema: { summary: 'The token that this call came with', tags }, config },
    async (request) => ({ token: { accessToken: callerOf(request).token } }),
  )

  app.get(
    '/wallet-api/wallet/accounts/wallets',
    { schema: { summary: 'The wallets of the account', tags }, config },
    async (request) => {
      const { accountId } = callerOf(request)
      return walletsView(accountId, await listWallets(wallet, accountId))
    },
  )
}
