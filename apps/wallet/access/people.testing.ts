import { registerPasskey, registrationOptions } from '../account/passkeys.ts'
import { registerAccount } from '../account/register-account.ts'
import { issueToken, openSession } from '../account/session-token.ts'
import { softwareAuthenticator } from '../testing/authenticator.testing.ts'
import type { TestStore } from '../testing/wallet.testing.ts'
import type { Wallet } from '../wallet.ts'
import type { Confirmation } from './confirmation.ts'
export const rp = {
  id: 'localhost',
  name: 'Wallet',
  isOwn: (origin: string) => origin === 'http://localhost:7101',
}
export const home = '192.0.2.1'
export const password = 'planted-horse'
let people = 0

export async function newPerson(store: TestStore, wallet = store.instance()) {
  people += 1
  const email = `back-${people}-${Date.now()}@example.org`
  const made = await registerAccount(wallet, { name: 'Ada', email, password }, home)
  if (!made.ok) throw new Error(made.error.code)
  const { accountId } = made.value
  const token = await issueToken(wallet, { accountId, by: 'password', client: 'Planted/1.0' })
  const session = await openSession(wallet, token)
  if (session === undefined) throw new Error('no login')
  const asking = (confirmation?: Confirmation, sender = home) => ({
    login: session,
    confirmation,
    sender,
    rp,
  })
  return { wallet, email, accountId, token, session, asking }
}

/** With a passkey alone. */
export async function newHolder(wallet: Wallet) {
  const authenticator = softwareAuthenticator()
  const options = await registrationOptions(wallet, rp, { name: 'Grace' })
  if (!options.ok) throw new Error(options.error.code)
  const credential = authenticator.create(options.value.options)
  const { ceremony } = options.value
  const made = await registerPasskey(wallet, rp, { ceremony, credential, sender: home })
  if (!made.ok || made.value.entered === undefined) throw new Error('no account')
  const { recoveryCodes, token } = made.value.entered
  const session = await openSession(wallet, token)
  if (session === undefined) throw new Error('no login')
  return {
    authenticator,
    recoveryCodes,
    token,
    session,
    accountId: session.accountId,
    passkey: made.value.passkey,
  }
}

export const wrong = { error: { code: 'confirmation_wrong' } }
