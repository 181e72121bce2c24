/** Register and log in: the two calls that need no login. */
import type { ServiceApp } from '@countersign/service/http/http-service'
import { login } from '../account/login.ts'
import { registerAccount } from '../account/register-account.ts'
import type { Wallet } from '../wallet.ts'
import { loginCookie } from './authenticate-caller.ts'
import { loginBody, registerBody } from './messages.ts'
import { valueOr } from './wire.ts'

const tags = ['account']
const config = { door: 'open' as const }

export function loginRoutes(
  app: ServiceApp,
  wallet: Wallet,
  { baseUrl }: { readonly baseUrl: string },
): void {
  app.post(
    '/wallet-api/auth/register',
    {
      schema: { summary: 'Make an account with a wallet, a key and a DID', tags, body: registerBody },
      config,
    },
    async (request, reply) => {
      valueOr(await registerAccount(wallet, request.body))
      return reply.code(201).type('text/plain; charset=utf-8').send('Registration succeeded')
    },
  )

  app.post(
    '/wallet-api/auth/login',
    { schema: { summary: 'Log in', tags, body: loginBody }, config },
    async (request, reply) => {
      const { accountId, email, token } = valueOr(await login(wallet, request.body))
      const cookie = loginCookie(token, wallet.limits.tokenLifetimeSeconds, baseUrl)
      return reply.header('set-cookie', cookie).send({ id: accountId, token, username: email })
    },
  )
}
