import { expect, it } from 'vitest'
import { BASE_URL, dump, onBothDatabases, type TestStore } from '../testing/portal.testing.ts'
import { logInByPassword } from './log-in.ts'
import { LINK_SECONDS, makeLink, openLink } from './one-time-link.ts'
import { hasOperators, listOperators, removeOperator } from './operators.ts'
import { beginSession, endSession, sessionOf } from './sessions.ts'
import { useLink } from './use-link.ts'

const home = '192.0.2.1'
const password = 'correct horse battery staple'

async function linkFor(store: TestStore, name: string): Promise<string> {
  const made = await makeLink(store.operators(), name)
  if (!made.ok) throw new Error(made.error.code)
  return new URL(made.value.url).hash.slice(1)
}

async function operatorNamed(store: TestStore, name: string): Promise<void> {
  const used = await useLink(store.operators(), await linkFor(store, name), { password })
  if (!used.ok) throw new Error(used.error.code)
}

onBothDatabases('a one-time link', (store) => {
  it('stands behind the # of an address of the portal, and says whose it is', async () => {
    const made = await makeLink(store().operators(), '  Ada ')
    if (!made.ok) throw new Error(made.error.code)
    expect(made.value).toMatchObject({ known: false, expiresAt: store().clock.now + LINK_SECONDS })
    expect(made.value.url.startsWith(`${BASE_URL}/begin#`)).toBe(true)
    const token = new URL(made.value.url).hash.slice(1)
    expect(await openLink(store().operators(), token)).toMatchObject({
      ok: true,
      value: { operator: { name: 'ada' } },
    })
  })

  it('logs in whoever sets a password with it, and does so once', async () => {
    const token = await linkFor(store(), 'grace')
    const used = await useLink(store().operators(), token, { password })
    if (!used.ok) throw new Error(used.error.code)
    const session = await sessionOf(store().operators(), used.value.token)
    expect(session?.operator.name).toBe('grace')
    expect(await useLink(store().operators(), token, { password })).toEqual({
      ok: false,
      error: { code: 'link_unusable' },
    })
    expect(await openLink(store().operators(), token)).toMatchObject({ ok: false })
  })

  it('is won by one of many who use it at once, each on an instance of its own', async () => {
    const token = await linkFor(store(), 'race')
    const passwords = Array.from({ length: 5 }, (_one, at) => `${password} ${at}`)
    const all = await Promise.all(
      passwords.map((one) => useLink(store().operators(), token, { password: one })),
    )
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
    const winner = passwords[all.findIndex(({ ok }) => ok)] ?? ''
    const logins = await Promise.all(
      passwords.map((one, at) =>
        logInByPassword(store().operators(), { name: 'race', password: one }, `192.0.2.${10 + at}`),
      ),
    )
    expect(passwords.filter((_one, at) => logins[at]?.ok)).toEqual([winner])
  })

  it('works to the last second and not a second longer', async () => {
    const [early, late] = [await linkFor(store(), 'early'), await linkFor(store(), 'late')]
    store().clock.now += LINK_SECONDS - 1
    expect(await useLink(store().operators(), early, { password })).toMatchObject({ ok: true })
    store().clock.now += 1
    expect(await useLink(store().operators(), late, { password })).toMatchObject({
      error: { code: 'link_unusable' },
    })
  })

  it('is replaced by the next one of the same name', async () => {
    const first = await linkFor(store(), 'twice')
    const second = await linkFor(store(), 'TWICE')
    expect(await openLink(store().operators(), first)).toMatchObject({ ok: false })
    expect(await openLink(store().operators(), second)).toMatchObject({ ok: true })
  })

  it('is not spent by a password that is too short', async () => {
    const token = await linkFor(store(), 'short')
    expect(await useLink(store().operators(), token, { password: 'x'.repeat(11) })).toMatchObject({
      error: { code: 'password_length', minimum: 12 },
    })
    expect(await useLink(store().operators(), token, { password: 'x'.repeat(201) })).toMatchObject({
      error: { code: 'password_length' },
    })
    expect(await useLink(store().operators(), token, { password })).toMatchObject({ ok: true })
  })

  it('takes what the account was opened with before, and every session of it', async () => {
    await operatorNamed(store(), 'stolen')
    const thief = await logInByPassword(store().operators(), { name: 'stolen', password }, home)
    if (!thief.ok) throw new Error(thief.error.code)
    const fresh = 'another sentence to remember'
    await useLink(store().operators(), await linkFor(store(), 'stolen'), { password: fresh })
    expect(await sessionOf(store().operators(), thief.value.token)).toBeUndefined()
    expect(await logInByPassword(store().operators(), { name: 'stolen', password }, home)).toMatchObject({
      ok: false,
    })
    expect(
      await logInByPassword(store().operators(), { name: 'stolen', password: fresh }, home),
    ).toMatchObject({ ok: true })
  })

  it.each(['', ' ', '-x', 'a b', 'ä', 'x'.repeat(65), 'a/b'])('is made for no name like %j', async (name) => {
    expect(await makeLink(store().operators(), name)).toEqual({
      ok: false,
      error: { code: 'name_malformed' },
    })
  })
})

onBothDatabases('an operator', (store) => {
  it('is nobody until a link was made, and cannot log in before it was used', async () => {
    expect(await hasOperators(store().operators())).toBe(false)
    await linkFor(store(), 'new')
    expect(await hasOperators(store().operators())).toBe(true)
    expect(await logInByPassword(store().operators(), { name: 'new', password: '' }, home)).toMatchObject({
      error: { code: 'login_failed' },
    })
  })

  it('logs in however the name is written, on any instance, until the session is over', async () => {
    await operatorNamed(store(), 'ada')
    const entered = await logInByPassword(store().operators(), { name: ' ADA ', password }, home)
    if (!entered.ok) throw new Error(entered.error.code)
    const { token } = entered.value
    const other = store().operators()
    expect((await sessionOf(other, token))?.operator).toEqual(entered.value.operator)
    store().clock.now += 3600
    expect(await sessionOf(other, token)).toBeUndefined()
  })

  it('has another token for pages at each log-in, which tells nothing of the cookie', async () => {
    const { operator } = (await entry(store(), 'pages')) ?? {}
    const tokens = await Promise.all([1, 2].map(() => beginSession(store().operators(), operator?.id ?? '')))
    const sessions = await Promise.all(tokens.map((token) => sessionOf(store().operators(), token)))
    const csrf = sessions.map((session) => session?.csrf ?? '')
    expect(new Set(csrf).size).toBe(2)
    expect(csrf.every((one) => one.length === 43 && !tokens.includes(one))).toBe(true)
  })

  it('is logged out on all instances by one of them', async () => {
    const { token = '' } = (await entry(store(), 'out')) ?? {}
    await endSession(store().operators(), token)
    await endSession(store().operators(), token)
    expect(await sessionOf(store().operators(), token)).toBeUndefined()
  })

  it('is told the same of a wrong password and of a name that is nobody', async () => {
    await operatorNamed(store(), 'known')
    const wrong = await logInByPassword(store().operators(), { name: 'known', password: 'x' }, home)
    const nobody = await logInByPassword(store().operators(), { name: 'nobody', password: 'x' }, home)
    const noName = await logInByPassword(store().operators(), { name: 'no name', password: 'x' }, home)
    expect([wrong, nobody, noName].map((one) => one.ok || one.error.code)).toEqual(
      Array(3).fill('login_failed'),
    )
  })

  it('may be guessed at three times a minute by one sender, who shuts out nobody else', async () => {
    await operatorNamed(store(), 'limited')
    store().clock.now += 60 - (store().clock.now % 60)
    const guess = (sender: string, text = 'x') =>
      logInByPassword(store().operators(), { name: 'limited', password: text }, sender)
    const guesses = await Promise.all(Array.from({ length: 6 }, () => guess('198.51.100.8')))
    expect(guesses.filter((one) => !one.ok && one.error.code === 'too_many_attempts')).toHaveLength(3)
    expect(await guess('198.51.100.8', password)).toMatchObject({ error: { retryAfterSeconds: 60 } })
    expect(await guess(home, password)).toMatchObject({ ok: true })
    store().clock.now += 60
    expect(await guess('198.51.100.8', password)).toMatchObject({ ok: true })
  })

  it('is out at once when removed, and may come again as somebody new', async () => {
    const { token = '' } = (await entry(store(), 'left')) ?? {}
    expect(await removeOperator(store().operators(), 'LEFT')).toMatchObject({ ok: true })
    expect(await sessionOf(store().operators(), token)).toBeUndefined()
    expect(await logInByPassword(store().operators(), { name: 'left', password }, home)).toMatchObject({
      ok: false,
    })
    expect(await removeOperator(store().operators(), 'left')).toMatchObject({
      error: { code: 'operator_unknown' },
    })
    await operatorNamed(store(), 'left')
    expect((await listOperators(store().operators())).map(({ name }) => name)).toContain('left')
  })

  it('is nobody by a token that is none', async () => {
    for (const token of ['', 'x', 'x'.repeat(43), '../..'])
      expect(await sessionOf(store().operators(), token)).toBeUndefined()
  })

  it('leaves no name, link, token or password in the database', async () => {
    const link = await linkFor(store(), 'planted')
    const before = await dump(store().database)
    const used = await useLink(store().operators(), link, { password })
    const rows = before + (await dump(store().database))
    const token = used.ok ? used.value.token : ''
    expect(token).not.toBe('')
    for (const secret of ['planted', link, token, password, '$argon2']) expect(rows).not.toContain(secret)
  })
})

async function entry(store: TestStore, name: string) {
  await operatorNamed(store, name)
  const entered = await logInByPassword(store.operators(), { name, password }, home)
  return entered.ok ? entered.value : undefined
}
