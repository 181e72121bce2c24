/** One more passkey for an account: whoever has one comes in for as long as it is there, so an open screen is not enough to make it. */
import type { Result } from '@countersign/core/result'
import { type Options, type PasskeyRefusal, registrationOptions } from '../account/passkeys.ts'
import type { Wallet } from '../wallet.ts'
import { type Asking, type ConfirmationRefusal, confirmUnlessFresh } from './confirmation.ts'

export async function addPasskeyOptions(
  wallet: Wallet,
  asking: Asking,
): Promise<Result<Options, PasskeyRefusal | ConfirmationRefusal>> {
  const confirmed = await confirmUnlessFresh(wallet, asking)
  return confirmed.ok
    ? registrationOptions(wallet, asking.rp, { accountId: asking.login.accountId })
    : confirmed
}
