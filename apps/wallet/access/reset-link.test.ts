import { expect, it } from 'vitest'
import { login } from '../account/login.ts'
import { listPasskeys, loginOptions, loginWithPasskey } from '../account/passkeys.ts'
import { RECOVERY_CODES } from '../account/recovery-codes.ts'
import { openSession } from '../account/session-token.ts'
import { softwareAuthenticator } from '../testing/authenticator.testing.ts'
import { dump, onBothDatabases } from '../testing/wallet.testing.ts'
import type { Wallet } from '../wallet.ts'
import { loginWithRecoveryCode, newRecoveryCodes } from './new-recovery-codes.ts'
import { home, newHolder, newPerson, password, rp } from './people.testing.ts'
import { makeResetLink, RESET_SECONDS } from './reset-link.ts'
import { resetOptions, useResetLink } from './use-reset-link.ts'

onBothDatabases('a link of the operator', (store) => {
  const linkFor = async (wallet: Wallet, name: string) => {
    const made = await makeResetLink(wallet, name)
    if (!made.ok) throw new Error(made.error.code)
    return made.value
  }

  it('sets a password; what opened the account before opens it no more', async () => {
    const { accountId, asking, email, token, wallet } = await newPerson(store())
    const codes = await newRecoveryCodes(wallet, asking())
    const link = await linkFor(wallet, ` ${email.toUpperCase()} `)
    const shown = await resetOptions(wallet, rp, { link, sender: home })
    expect(shown).toMatchObject({ ok: true, value: { account: { name: 'Ada', email } } })
    const means = { password: 'another-horse' }
    const used = await useResetLink(store().instance(), rp, { link, means, sender: home })
    if (!used.ok) throw new Error(used.error.code)
    expect((await openSession(wallet, used.value.token))?.accountId).toBe(accountId)
    expect(used.value.recoveryCodes).toHaveLength(RECOVERY_CODES)
    expect(await openSession(wallet, token)).toBeUndefined()
    expect(await login(wallet, { email, password, sender: home })).toMatchObject({ ok: false })
    expect(await login(wallet, { email, ...means, sender: home })).toMatchObject({ ok: true })
    const old = codes.ok ? (codes.value[0] ?? '') : ''
    expect(await loginWithRecoveryCode(wallet, { code: old, sender: home })).toMatchObject({ ok: false })
    expect(await useResetLink(wallet, rp, { link, means, sender: home })).toMatchObject({
      error: { code: 'link_unusable' },
    })
  })

  it('registers a passkey, also the one that was there, for an account that has no address', async () => {
    const wallet = store().instance()
    const { accountId, authenticator } = await newHolder(wallet)
    const link = await linkFor(wallet, accountId)
    const options = await resetOptions(wallet, rp, { link, sender: home })
    if (!options.ok) throw new Error(options.error.code)
    expect(options.value.account).toEqual({ name: 'Grace', email: undefined })
    expect(options.value.options['excludeCredentials']).toEqual([])
    expect(
      await useResetLink(wallet, rp, { link, means: { password: 'another-horse' }, sender: home }),
    ).toMatchObject({ error: { code: 'account_without_password' } })
    const means = {
      ceremony: options.value.ceremony,
      credential: authenticator.create(options.value.options),
    }
    expect(await useResetLink(wallet, rp, { link, means, sender: home })).toMatchObject({ ok: true })
    expect(await listPasskeys(wallet, accountId)).toHaveLength(1)
    const { ceremony, options: forLogin } = loginOptions(wallet, rp)
    expect(
      await loginWithPasskey(wallet, rp, { ceremony, credential: authenticator.get(forLogin) }),
    ).toMatchObject({ ok: true })
  })

  it('is used once by several at once, and a wrong answer does not use it', async () => {
    const { email, wallet } = await newPerson(store())
    const link = await linkFor(wallet, email)
    const use = (next: string) =>
      useResetLink(store().instance(), rp, { link, means: { password: next }, sender: home })
    expect(await use('p')).toMatchObject({ error: { code: 'password_length' } })
    const all = await Promise.all(['first-horse-1', 'second-horse-2', 'third-horse-3'].map(use))
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('is over after ten minutes, and replaced by the next', async () => {
    const { email, wallet } = await newPerson(store())
    const first = await linkFor(wallet, email)
    const second = await linkFor(wallet, email)
    const unusable = { error: { code: 'link_unusable' } }
    const means = { password: 'another-horse' }
    expect(await useResetLink(wallet, rp, { link: first, means, sender: home })).toMatchObject(unusable)
    const late = { ...wallet, now: () => store().clock.now + RESET_SECONDS }
    expect(await resetOptions(late, rp, { link: second, sender: home })).toMatchObject(unusable)
    expect(await useResetLink(late, rp, { link: second, means, sender: home })).toMatchObject(unusable)
    expect(await dump(store())).not.toContain(second)
  })

  it('is not made for somebody who is not there', async () => {
    const wallet = store().instance()
    for (const name of ['nobody@example.org', 'no-such-id', ''])
      expect(await makeResetLink(wallet, name)).toMatchObject({ error: { code: 'account_unknown' } })
  })

  it('takes no passkey that was made for another account, nor another’s', async () => {
    const wallet = store().instance()
    const [mine, other] = [await newHolder(wallet), await newHolder(wallet)]
    const link = await linkFor(wallet, mine.accountId)
    const otherLink = await linkFor(wallet, other.accountId)
    const [own, foreign] = [
      await resetOptions(wallet, rp, { link, sender: home }),
      await resetOptions(wallet, rp, { link: otherLink, sender: home }),
    ]
    if (!own.ok || !foreign.ok) throw new Error('no options')
    const made = {
      ceremony: foreign.value.ceremony,
      credential: softwareAuthenticator().create(foreign.value.options),
    }
    expect(await useResetLink(wallet, rp, { link, means: made, sender: home })).toMatchObject({
      error: { code: 'ceremony_unknown' },
    })
    const taken = { ceremony: own.value.ceremony, credential: other.authenticator.create(own.value.options) }
    expect(await useResetLink(wallet, rp, { link, means: taken, sender: home })).toMatchObject({
      error: { code: 'passkey_exists' },
    })
    expect(await listPasskeys(wallet, other.accountId)).toHaveLength(1)
  })
})
