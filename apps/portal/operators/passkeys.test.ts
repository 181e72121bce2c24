import type { JsonObject } from '@countersign/core/json'
import { softwareAuthenticator } from '@countersign/testing/people/authenticator'
import { expect, it } from 'vitest'
import { BASE_URL, dump, onBothDatabases, onSqlite, type TestStore } from '../testing/portal.testing.ts'
import { logInByPasskey } from './log-in.ts'
import { makeLink, openLink } from './one-time-link.ts'
import { countPasskeys, keepPasskey, loginOptions, provePasskey, registrationOptions } from './passkeys.ts'
import { sessionOf } from './sessions.ts'
import { useLink } from './use-link.ts'

const home = '192.0.2.1'

async function linkFor(store: TestStore, name: string) {
  const made = await makeLink(store.operators(), name)
  if (!made.ok) throw new Error(made.error.code)
  const token = new URL(made.value.url).hash.slice(1)
  const opened = await openLink(store.operators(), token)
  if (!opened.ok) throw new Error(opened.error.code)
  return { token, operator: opened.value.operator }
}

/** Somebody who made a passkey with a link. */
async function keyHolder(store: TestStore, name: string) {
  const { operator, token } = await linkFor(store, name)
  const authenticator = softwareAuthenticator(BASE_URL)
  const credential = authenticator.create(await registrationOptions(store.operators(), operator))
  const used = await useLink(store.operators(), token, { credential })
  if (!used.ok) throw new Error(used.error.code)
  return { authenticator, operator, entered: used.value }
}

onBothDatabases('a passkey of an operator', (store) => {
  it('is made with a one-time link, and logs in from then on, on any instance', async () => {
    const { authenticator, entered, operator } = await keyHolder(store(), 'ada')
    expect((await sessionOf(store().operators(), entered.token))?.operator).toEqual(operator)
    const credential = authenticator.get(await loginOptions(store().operators()))
    const again = await logInByPasskey(store().operators(), credential, home)
    expect(again).toMatchObject({ ok: true, value: { operator: { name: 'ada' } } })
    expect(await countPasskeys(store().operators(), operator.id)).toBe(1)
  })

  it('answers a challenge once', async () => {
    const { authenticator } = await keyHolder(store(), 'replayed')
    const credential = authenticator.get(await loginOptions(store().operators()))
    const all = await Promise.all(
      [1, 2, 3].map((at) => logInByPasskey(store().operators(), credential, `192.0.2.${at}`)),
    )
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('is asked again with a challenge whose answer did not hold', async () => {
    const { authenticator } = await keyHolder(store(), 'clumsy')
    const options = await loginOptions(store().operators())
    const wrong = authenticator.get(options, { userVerified: false })
    expect(await logInByPasskey(store().operators(), wrong, home)).toMatchObject({ ok: false })
    const right = authenticator.get(options)
    expect(await logInByPasskey(store().operators(), right, home)).toMatchObject({ ok: true })
  })

  it('opens its own account alone, and is refused to another', async () => {
    const { authenticator } = await keyHolder(store(), 'owner')
    const { operator, token } = await linkFor(store(), 'thief')
    const stolen = authenticator.create(await registrationOptions(store().operators(), operator))
    expect(await useLink(store().operators(), token, { credential: stolen })).toMatchObject({
      error: { code: 'passkey_refused' },
    })
    expect(await openLink(store().operators(), token)).toMatchObject({ ok: true })
  })
})

onSqlite('a passkey', (store) => {
  it.each([
    ['of another page', { origin: 'https://evil.example' }],
    ['of another host', { rpId: 'evil.example' }],
    ['of somebody who was not asked for finger or code', { userVerified: false }],
    ['for a challenge that was never given', { challenge: 'AAAA' }],
  ])('%s is neither taken nor let in', async (_what, bent) => {
    const { authenticator, operator } = await keyHolder(
      store(),
      `holder-${Math.random().toString(36).slice(2)}`,
    )
    const fresh = softwareAuthenticator(BASE_URL)
    const made = fresh.create(await registrationOptions(store().operators(), operator), bent)
    expect(await provePasskey(store().operators(), operator, made)).toMatchObject({
      error: { code: 'passkey_refused' },
    })
    const asked = authenticator.get(await loginOptions(store().operators()), bent)
    expect(await logInByPasskey(store().operators(), asked, home)).toMatchObject({ ok: false })
  })

  it('is not let in by a challenge that was for making one, nor after five minutes', async () => {
    const { authenticator, operator } = await keyHolder(store(), 'purposes')
    const wrong = authenticator.get(await registrationOptions(store().operators(), operator))
    expect(await logInByPasskey(store().operators(), wrong, home)).toMatchObject({ ok: false })
    const late = authenticator.get(await loginOptions(store().operators()))
    store().clock.now += 300
    expect(await logInByPasskey(store().operators(), late, home)).toMatchObject({ ok: false })
  })

  it('whose counter stands still is a copy, and is not let in', async () => {
    const { authenticator } = await keyHolder(store(), 'copied')
    const enter = async (counter: number) =>
      logInByPasskey(
        store().operators(),
        authenticator.get(await loginOptions(store().operators()), { counter }),
        home,
      )
    store().clock.now += 60
    expect(await enter(5)).toMatchObject({ ok: true })
    expect(await enter(5)).toMatchObject({ ok: false })
    expect(await enter(6)).toMatchObject({ ok: true })
  })

  it.each([[{}], [{ id: 7 }], [{ id: 'x', response: 'y' }], [{ id: 'x'.repeat(3000) }]] as const)(
    'is no answer like %j',
    async (credential) => {
      store().clock.now += 60
      expect(await logInByPasskey(store().operators(), credential as JsonObject, home)).toMatchObject({
        error: { code: 'passkey_refused' },
      })
    },
  )

  it('is one of ten at most, each of which is known to the next', async () => {
    const { operator } = await keyHolder(store(), 'many')
    for (let made = 1; made < 10; made += 1) {
      const credential = softwareAuthenticator(BASE_URL).create(
        await registrationOptions(store().operators(), operator),
      )
      const proved = await provePasskey(store().operators(), operator, credential)
      if (!proved.ok) throw new Error(proved.error.code)
      expect(await keepPasskey(store().operators(), operator, proved.value)).toMatchObject({ ok: true })
    }
    const options = await registrationOptions(store().operators(), operator)
    expect(options['excludeCredentials']).toHaveLength(10)
    const credential = softwareAuthenticator(BASE_URL).create(options)
    const proved = await provePasskey(store().operators(), operator, credential)
    if (!proved.ok) throw new Error(proved.error.code)
    expect(await keepPasskey(store().operators(), operator, proved.value)).toMatchObject({
      error: { code: 'passkeys_too_many', maximum: 10 },
    })
  })

  it('leaves neither its id nor its key in the database', async () => {
    const { authenticator } = await keyHolder(store(), 'sealed')
    const rows = await dump(store().database)
    expect(rows).not.toContain(authenticator.credentialId)
    expect(rows).not.toContain('publicKey')
  })
})
