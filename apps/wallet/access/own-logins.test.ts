import { expect, it } from 'vitest'
import { issueToken, openSession } from '../account/session-token.ts'
import { dump, onBothDatabases } from '../testing/wallet.testing.ts'
import { endLogin, endOtherLogins, listLogins } from './own-logins.ts'
import { newPerson } from './people.testing.ts'

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
