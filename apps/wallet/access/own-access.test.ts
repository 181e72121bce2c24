import { expect, it } from 'vitest'
import { login } from '../account/login.ts'
import {
  confirmationOptions,
  listPasskeys,
  loginOptions,
  loginWithPasskey,
  MAX_PASSKEYS,
  registerPasskey,
  registrationOptions,
  removePasskey,
} from '../account/passkeys.ts'
import { RECOVERY_CODES, recoveryCodesLeft } from '../account/recovery-codes.ts'
import { registerAccount } from '../account/register-account.ts'
import { openSession } from '../account/session-token.ts'
import { userInfo } from '../account/user-info.ts'
import { softwareAuthenticator } from '../testing/authenticator.testing.ts'
import { onBothDatabases, onSqlite } from '../testing/wallet.testing.ts'
import { addPasskeyOptions } from './add-passkey.ts'
import { changePassword } from './change-password.ts'
import { type Confirmation, confirm, confirmUnlessFresh } from './confirmation.ts'
import { home, newHolder, newPerson, password, rp, wrong } from './people.testing.ts'

onBothDatabases('a changed password', (store) => {
  it('is the one that counts, and ends every other login, on every instance', async () => {
    const { asking, email, session, token, wallet } = await newPerson(store())
    const elsewhere = await login(wallet, { email, password, sender: home })
    const next = 'another-horse'
    expect(await changePassword(store().instance(), asking({ password }), next)).toMatchObject({ ok: true })
    expect(await login(wallet, { email, password, sender: home })).toMatchObject({ ok: false })
    expect(await login(wallet, { email, password: next, sender: home })).toMatchObject({ ok: true })
    expect((await openSession(wallet, token))?.id).toBe(session.id)
    expect(await openSession(store().instance(), elsewhere.ok ? elsewhere.value.token : '')).toBeUndefined()
  })

  it.each([
    ['too short', 'p', 'password_length'],
    ['endless', 'p'.repeat(201), 'password_length'],
  ])('that is %s changes nothing', async (_, next, code) => {
    const { asking, email, wallet } = await newPerson(store())
    expect(await changePassword(wallet, asking({ password }), next)).toMatchObject({ error: { code } })
    expect(await login(wallet, { email, password, sender: home })).toMatchObject({ ok: true })
  })

  it('needs the old one again, some minutes after the login', async () => {
    const { asking, email, wallet } = await newPerson(store())
    expect(await changePassword(wallet, asking(), 'fresh-horse-1')).toMatchObject({ ok: true })
    store().clock.now += 600
    expect(await changePassword(wallet, asking(), 'fresh-horse-2')).toMatchObject({
      error: { code: 'confirmation_needed' },
    })
    expect(await changePassword(wallet, asking({ password }), 'fresh-horse-2')).toMatchObject(wrong)
    expect(
      await changePassword(wallet, asking({ password: 'fresh-horse-1' }), 'fresh-horse-2'),
    ).toMatchObject({
      ok: true,
    })
    expect(await login(wallet, { email, password: 'fresh-horse-2', sender: home })).toMatchObject({
      ok: true,
    })
  })

  it('is nothing for an account that has none, nor where passwords are off', async () => {
    const wallet = store().instance()
    const { session } = await newHolder(wallet)
    const none = { error: { code: 'account_without_password' } }
    const asking = { login: session, sender: home, rp }
    expect(await changePassword(wallet, asking, 'another-horse')).toMatchObject(none)
    const { asking: hers, email } = await newPerson(store())
    const off = { ...wallet, passwordLogin: false }
    expect(await changePassword(off, hers(), 'another-horse')).toMatchObject(none)
    const turnedOff = { error: { code: 'passwords_off' } }
    expect(await login(off, { email, password, sender: home })).toMatchObject(turnedOff)
    expect(await registerAccount(off, { name: 'x', email: 'x@y.example', password }, home)).toMatchObject(
      turnedOff,
    )
  })
})

onBothDatabases('a confirmation', (store) => {
  it('by a password is counted as a login is, and wrong ones end for their sender alone', async () => {
    const { asking, email, wallet } = await newPerson(store())
    store().clock.now += 60
    const stranger = '198.51.100.7'
    const tries = []
    for (let at = 0; at < 5; at++) {
      const tried = await confirm(wallet, asking({ password: 'guess' }, stranger))
      tries.push(tried.ok ? 'in' : tried.error.code)
    }
    expect(tries).toEqual([...Array(3).fill('confirmation_wrong'), ...Array(2).fill('too_many_attempts')])
    expect(await login(wallet, { email, password, sender: stranger })).toMatchObject({
      error: { code: 'too_many_attempts' },
    })
    expect(await confirm(wallet, asking({ password }))).toMatchObject({ ok: true })
    expect(await login(wallet, { email, password, sender: home })).toMatchObject({ ok: true })
  })

  it('by a passkey is by one of this account, once, for what was begun for it', async () => {
    const wallet = store().instance()
    const [mine, other] = [await newHolder(wallet), await newHolder(wallet)]
    const begun = async (accountId: string) => confirmationOptions(wallet, rp, accountId)
    const asking = (confirmation: Confirmation) => ({ login: mine.session, confirmation, sender: home, rp })
    const { ceremony, options } = await begun(mine.accountId)
    const right = { ceremony, credential: mine.authenticator.get(options) }
    const twice = await Promise.all([
      confirm(wallet, asking(right)),
      confirm(store().instance(), asking(right)),
    ])
    expect(twice.filter(({ ok }) => ok)).toHaveLength(1)
    const again = await begun(mine.accountId)
    expect(
      await confirm(
        wallet,
        asking({ ceremony: again.ceremony, credential: other.authenticator.get(again.options) }),
      ),
    ).toMatchObject(wrong)
    const hers = await begun(other.accountId)
    expect(
      await confirm(
        wallet,
        asking({ ceremony: hers.ceremony, credential: mine.authenticator.get(hers.options) }),
      ),
    ).toMatchObject(wrong)
    const forLogin = loginOptions(wallet, rp)
    const answer = { ceremony: forLogin.ceremony, credential: mine.authenticator.get(forLogin.options) }
    expect(await confirm(wallet, asking(answer))).toMatchObject({ error: { code: 'ceremony_unknown' } })
    const forConfirmation = await begun(mine.accountId)
    expect(
      await loginWithPasskey(wallet, rp, {
        ceremony: forConfirmation.ceremony,
        credential: mine.authenticator.get(forConfirmation.options),
      }),
    ).toMatchObject({ error: { code: 'ceremony_unknown' } })
  })

  it('by a recovery code spends it, and one of another account not', async () => {
    const wallet = store().instance()
    const [mine, other] = [await newHolder(wallet), await newHolder(wallet)]
    const asking = (recoveryCode = '') => ({
      login: mine.session,
      confirmation: { recoveryCode },
      sender: home,
      rp,
    })
    expect(await confirm(wallet, asking(other.recoveryCodes[0]))).toMatchObject(wrong)
    expect(await recoveryCodesLeft(wallet, other.accountId)).toMatchObject({ left: RECOVERY_CODES })
    expect(await confirm(wallet, asking(mine.recoveryCodes[0]))).toMatchObject({ ok: true })
    expect(await confirm(wallet, asking(mine.recoveryCodes[0]))).toMatchObject(wrong)
  })

  it('is asked for what is for good, however fresh the login', async () => {
    const { asking, wallet } = await newPerson(store())
    expect(await confirmUnlessFresh(wallet, asking())).toMatchObject({ ok: true })
    expect(await confirm(wallet, asking())).toMatchObject({ error: { code: 'confirmation_needed' } })
  })
})

onSqlite('one more passkey', (store) => {
  it('is made in the ten minutes after a log-in, and later with a confirmation', async () => {
    const { accountId, asking, wallet } = await newPerson(store())
    expect(await addPasskeyOptions(wallet, asking())).toMatchObject({ ok: true })
    store().clock.now += 600
    expect(await addPasskeyOptions(wallet, asking())).toMatchObject({
      error: { code: 'confirmation_needed' },
    })
    expect(await addPasskeyOptions(wallet, asking({ password: 'wrong' }))).toMatchObject(wrong)
    const options = await addPasskeyOptions(wallet, asking({ password }))
    if (!options.ok) throw new Error(options.error.code)
    const credential = softwareAuthenticator().create(options.value.options)
    const { ceremony } = options.value
    const made = await registerPasskey(wallet, rp, { ceremony, credential, caller: accountId, sender: home })
    expect(made).toMatchObject({ ok: true })
    expect(await listPasskeys(wallet, accountId)).toHaveLength(1)
  })
})

onSqlite('the last way in', (store) => {
  it('is kept where passwords are off, and where several are removed at once', async () => {
    const wallet = store().instance()
    const { accountId } = await newPerson(store())
    const ids: string[] = []
    for (let at = 0; at < 2; at++) {
      const options = await registrationOptions(wallet, rp, { accountId })
      if (!options.ok) throw new Error(options.error.code)
      const credential = softwareAuthenticator().create(options.value.options)
      const { ceremony } = options.value
      const made = await registerPasskey(wallet, rp, {
        ceremony,
        credential,
        caller: accountId,
        sender: home,
      })
      if (made.ok) ids.push(made.value.passkey.id)
    }
    const off = { ...wallet, passwordLogin: false }
    const removed = await Promise.all(ids.map((id) => removePasskey(off, accountId, id)))
    expect(removed.filter(({ ok }) => ok)).toHaveLength(1)
    expect(removed).toContainEqual({ ok: false, error: { code: 'last_login' } })
    const [left] = await listPasskeys(wallet, accountId)
    expect(await removePasskey(wallet, accountId, left?.id ?? '')).toMatchObject({ ok: true })
    expect(MAX_PASSKEYS).toBeGreaterThan(2)
    expect(await userInfo(wallet, accountId)).toMatchObject({ name: 'Ada' })
  })
})
