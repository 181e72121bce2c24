import { call, expectStatus } from '@countersign/testing/client/http'
import type { Stage } from './case.ts'
import { bearer, type Login } from './wallet-login.ts'

/** Afterwards the login is still good and so is the wallet. */
export const loggedIn: Stage<Login> = {
  prepare: async ({ login }) => login,
  goOn: async ({ token, walletId }, { wallet }) =>
    void expectStatus(
      await call(`${wallet.url}/wallet-api/wallet/${walletId}/credentials`, bearer(token)),
      200,
    ),
}
