/**
 * The state of a wallet that somebody has logged in to, for cases of bad input at its calls. Each case has an account of its own, and
 * afterwards a good call shows that neither the login nor the wallet took harm. Which bad input is sent is the case's.
 */
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
