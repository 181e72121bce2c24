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
import { issueToken, openSession } from '../account/session-token.ts'
import { userInfo } from '../account/user-info.ts'
import { softwareAuthenticator } from '../testing/authenticator.testing.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import { dump, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import type { Wallet } from '../wallet.ts'
import { addPasskeyOptions } from './add-passkey.ts'
import { changePassword } from './change-password.ts'
import { type Confirmation, confirm, confirmUnlessFresh } from './confirmation.ts'
import { loginWithRecoveryCode, newRecoveryCodes } from './new-recovery-codes.ts'
import { endLogin, endOtherLogins, listLogins } from './own-logins.ts'
import { makeResetLink, RESET_SECONDS } from './reset-link.ts'
import { resetOptions, useResetLink } from './use-reset-link.ts'

const rp = { id: 'localhost', name: 'Wallet', isOwn: (origin: string) => origin === 'http://localhost:7101' }
const home = '192.0.2.1'
const password = 'planted-horse'
let people = 0

async function newPerson(store: TestStore, wallet = store.instance()) {
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
async function newHolder(wallet: Wallet) {
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

const wrong = { error: { code: 'confirmation_wrong' } }

onBothDatabases('recovery codes', (store) => {
  it('come with an account that a passkey made, and each logs in once', async () => {
    const wallet = store().instance()
    const { accountId, recoveryCodes } = await newHolder(wallet)
    expect(new Set(recoveryCodes).size).toBe(RECOVERY_CODES)
    for (const code of recoveryCodes)
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
    const [first = '', second = ''] = recoveryCodes
    const entered = await loginWithRecoveryCode(wallet, { code: first, sender: home, client: 'Browser' })
    expect(entered).toMatchObject({ ok: true, value: { accountId } })
    expect((await openSession(store().instance(), entered.ok ? entered.value.token : ''))?.accountId).toBe(
      accountId,
    )
    expect(await loginWithRecoveryCode(wallet, { code: first, sender: home })).toMatchObject({
      error: { code: 'login_failed' },
    })
    const typed = ` ${second.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}\n`
    expect(await loginWithRecoveryCode(wallet, { code: typed, sender: home })).toMatchObject({ ok: true })
    expect(await recoveryCodesLeft(wallet, accountId)).toEqual({
      left: RECOVERY_CODES - 2,
      madeAt: expect.any(Number),
    })
  })

  it('used twice at once on two instances log in once', async () => {
    const wallet = store().instance()
    const { recoveryCodes } = await newHolder(wallet)
    const code = recoveryCodes[0] ?? ''
    const all = await Promise.all(
      Array.from({ length: 3 }, () => loginWithRecoveryCode(store().instance(), { code, sender: home })),
    )
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('made anew, also by two at once, take the place of the old ones: ten and no more', async () => {
    store().clock.now += 60
    const { accountId, asking, wallet } = await newPerson(store())
    const [one, other] = await Promise.all([
      newRecoveryCodes(wallet, asking()),
      newRecoveryCodes(store().instance(), asking()),
    ])
    expect(await recoveryCodesLeft(wallet, accountId)).toMatchObject({ left: RECOVERY_CODES })
    const codes = [one, other].flatMap((made) => (made.ok ? made.value.slice(0, 1) : []))
    const entered = []
    for (const code of codes) entered.push((await loginWithRecoveryCode(wallet, { code, sender: home })).ok)
    expect(entered.map(String).toSorted()).toEqual(['false', 'true'])
  })

  it('cannot be guessed by one sender for long, who shuts nobody else out', async () => {
    store().clock.now += 60
    const wallet = store().instance()
    const { recoveryCodes } = await newHolder(wallet)
    const guess = (at: number, sender: string) =>
      loginWithRecoveryCode(store().instance(), { code: `AAAA-AAAA-AAAA-AAA${at}`, sender })
    const guesses = await Promise.all(Array.from({ length: 8 }, (_, at) => guess(at, '203.0.113.9')))
    const codes = guesses.map((one) => (one.ok ? 'in' : one.error.code))
    expect(codes.filter((code) => code === 'login_failed')).toHaveLength(3)
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(5)
    const code = recoveryCodes[0] ?? ''
    expect(await loginWithRecoveryCode(wallet, { code, sender: '203.0.113.9' })).toMatchObject({ ok: false })
    expect(await loginWithRecoveryCode(wallet, { code, sender: home })).toMatchObject({ ok: true })
  })

  it.each(['', 'x', 'AAAA', '👻'.repeat(16), "' OR '1'='1", 'A'.repeat(10_000)])(
    'are none of %j',
    async (code) => {
      store().clock.now += 60
      expect(await loginWithRecoveryCode(store().instance(), { code, sender: home })).toMatchObject({
        error: { code: 'login_failed' },
      })
    },
  )

  it('are not to be read in the database', async () => {
    const wallet = store().instance()
    const { recoveryCodes } = await newHolder(wallet)
    const stolen = await dump(store())
    for (const code of recoveryCodes) {
      expect(stolen).not.toContain(code)
      expect(stolen).not.toContain(code.replaceAll('-', ''))
    }
  })
})

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

onBothDatabases('own logins', (store) => {
  it('are listed, the newest first and a page at a time, and ended one by one and all but one', async () => {
    const { accountId, session, wallet } = await newPerson(store())
    const tokens: string[] = []
    for (const by of ['passkey', 'recovery_code', 'password'] as const) {
      store().clock.now += 1
      tokens.push(await issueToken(wallet, { accountId, by, client: `Agent ${by}` }))
    }
    const first = await listLogins(store().instance(), accountId, { limit: 3 })
    expect(first.logins.map(({ by, client }) => [by, client])).toEqual([
      ['password', 'Agent password'],
      ['recovery_code', 'Agent recovery_code'],
      ['passkey', 'Agent passkey'],
    ])
    const rest = await listLogins(wallet, accountId, { limit: 3, after: first.next })
    expect(rest).toEqual({
      logins: [expect.objectContaining({ id: session.id, client: 'Planted/1.0' })],
      next: undefined,
    })
    const ended = first.logins[1]?.id ?? ''
    expect(await endLogin(wallet, accountId, ended)).toMatchObject({ ok: true })
    expect(await endLogin(wallet, accountId, ended)).toMatchObject({ error: { code: 'login_unknown' } })
    expect(await openSession(store().instance(), tokens[1] ?? '')).toBeUndefined()
    await endOtherLogins(wallet, accountId, session.id)
    expect((await listLogins(wallet, accountId, { limit: 9 })).logins.map(({ id }) => id)).toEqual([
      session.id,
    ])
    expect(await openSession(wallet, tokens[2] ?? '')).toBeUndefined()
  })

  it('of another account are unknown, and those that are over are not listed', async () => {
    const [mine, other] = [await newPerson(store()), await newPerson(store())]
    expect(await endLogin(mine.wallet, mine.accountId, other.session.id)).toMatchObject({
      error: { code: 'login_unknown' },
    })
    await endOtherLogins(mine.wallet, mine.accountId, other.session.id)
    expect(await openSession(mine.wallet, other.token)).toBeDefined()
    const late = { ...mine.wallet, now: () => store().clock.now + 3600 }
    expect((await listLogins(late, other.accountId, { limit: 9 })).logins).toEqual([])
  })

  it('say to the hour when they were used, and nobody reads by what program', async () => {
    const { accountId, token, wallet } = await newPerson(store())
    const usedAt = async () => (await listLogins(wallet, accountId, { limit: 1 })).logins[0]?.usedAt
    expect(await usedAt()).toBeUndefined()
    const at = (more: number) => ({
      ...wallet,
      now: () => store().clock.now + more,
      limits: { ...wallet.limits },
    })
    await openSession(at(3599), token)
    expect(await usedAt()).toBeUndefined()
    const long = await issueToken(
      { ...wallet, limits: { ...wallet.limits, tokenLifetimeSeconds: 100_000 } },
      { accountId, by: 'passkey' },
    )
    await openSession(at(3600), long)
    await openSession(at(3700), long)
    const [newest] = (await listLogins(wallet, accountId, { limit: 9 })).logins.filter(
      ({ by }) => by === 'passkey',
    )
    expect(newest?.usedAt).toBe(store().clock.now + 3600)
    expect(await dump(store())).not.toContain('Planted/1.0')
  })
})

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

onSqlite('an instance that dies', (store) => {
  it.each(['before', 'after'] as const)(
    '%s any of its statements spends no code without a login',
    async (when) => {
      const wallet = store().instance({
        limits: { ...store().instance().limits, loginFailuresPerMinute: 1000 },
      })
      const { accountId, asking } = await newPerson(store(), wallet)
      const places = await diesEverywhere(async (statement) => {
        const made = await newRecoveryCodes(wallet, asking())
        const code = made.ok ? (made.value[0] ?? '') : ''
        const before = (await listLogins(wallet, accountId, { limit: 100 })).logins.length
        const died = await killed(
          loginWithRecoveryCode(dyingAt(wallet, statement, when), { code, sender: home }),
        )
        const { left } = await recoveryCodesLeft(wallet, accountId)
        const { logins } = await listLogins(wallet, accountId, { limit: 100 })
        expect(RECOVERY_CODES - left).toBe(logins.length - before)
        return { died }
      })
      expect(places).toBeGreaterThan(2)
    },
  )
})
