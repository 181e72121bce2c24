import { expect, it } from 'vitest'
import { RECOVERY_CODES, recoveryCodesLeft } from '../account/recovery-codes.ts'
import { openSession } from '../account/session-token.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import { dump, onBothDatabases, onSqlite } from '../testing/wallet.testing.ts'
import { loginWithRecoveryCode, newRecoveryCodes } from './new-recovery-codes.ts'
import { listLogins } from './own-logins.ts'
import { home, newHolder, newPerson } from './people.testing.ts'

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
