import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { type Authenticator, type Bent, softwareAuthenticator } from '../testing/authenticator.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite } from '../testing/wallet.testing.ts'
import type { Wallet } from '../wallet.ts'
import { listWallets } from './accounts.ts'
import { CEREMONY_SECONDS } from './ceremony.ts'
import {
  listPasskeys,
  loginOptions,
  loginWithPasskey,
  MAX_PASSKEYS,
  registerPasskey,
  registrationOptions,
  removePasskey,
} from './passkeys.ts'
import { openSession } from './session-token.ts'
import { userInfo } from './user-info.ts'

const rp = { id: 'localhost', name: 'Wallet', isOwn: (origin: string) => origin === 'http://localhost:7101' }

const accountOfToken = async (wallet: Wallet, token: string) => (await openSession(wallet, token))?.accountId

const optionsFor = async (wallet: Wallet, wanted: Parameters<typeof registrationOptions>[2] = {}) => {
  const options = await registrationOptions(wallet, rp, wanted)
  if (!options.ok) throw new Error(options.error.code)
  return options.value
}

interface Registering {
  readonly accountId?: string
  readonly caller?: string
  readonly name?: string
  readonly bent?: Bent
  readonly authenticator?: Authenticator
}

async function register(wallet: Wallet, { bent, accountId, name, ...more }: Registering = {}) {
  const { authenticator = softwareAuthenticator(), caller = accountId } = more
  const { ceremony, options } = await optionsFor(wallet, { accountId, name })
  const credential = authenticator.create(options, bent)
  const registered = await registerPasskey(wallet, rp, { ceremony, credential, caller, sender: '192.0.2.1' })
  return { authenticator, registered }
}

async function newAccount(wallet: Wallet, bent?: Bent) {
  const { authenticator, registered } = await register(wallet, { name: 'Ada', ...(bent && { bent }) })
  if (!registered.ok) throw new Error(registered.error.code)
  const { entered, passkey } = registered.value
  const accountId = (await accountOfToken(wallet, entered?.token ?? '')) ?? ''
  return { accountId, authenticator, passkey }
}

function answerTo(authenticator: Authenticator, wallet: Wallet, bent?: Bent) {
  const { ceremony, options } = loginOptions(wallet, rp)
  return { ceremony, credential: authenticator.get(options, bent) }
}

onBothDatabases('a passkey', (store) => {
  it('makes an account with a wallet, and is all that a login needs', async () => {
    const wallet = store().instance()
    const { accountId, authenticator, passkey } = await newAccount(wallet, { prf: true })
    expect(passkey).toMatchObject({ label: 'Passkey', prf: true, usedAt: undefined })
    expect(await userInfo(wallet, accountId)).toMatchObject({ name: 'Ada', email: '' })
    expect(await listWallets(wallet, accountId)).toHaveLength(1)
    const entered = await loginWithPasskey(store().instance(), rp, answerTo(authenticator, wallet))
    expect(entered.ok && (await accountOfToken(wallet, entered.value.token))).toBe(accountId)
    expect(await listPasskeys(wallet, accountId)).toMatchObject([{ usedAt: store().clock.now }])
  })

  it('is added by whoever is logged in', async () => {
    const wallet = store().instance()
    const { accountId } = await newOwner(wallet)
    const { authenticator, registered } = await register(wallet, { accountId })
    expect(registered).toMatchObject({ ok: true, value: { passkey: { label: 'Passkey' } } })
    expect(registered.ok && registered.value.entered).toBeUndefined()
    const entered = await loginWithPasskey(wallet, rp, answerTo(authenticator, wallet))
    expect(entered.ok && (await accountOfToken(wallet, entered.value.token))).toBe(accountId)
  })

  it('an answer counts once, on all instances together', async () => {
    const wallet = store().instance()
    const { authenticator } = await newAccount(wallet)
    const answer = answerTo(authenticator, wallet)
    const entered = await Promise.all([
      loginWithPasskey(wallet, rp, answer),
      loginWithPasskey(store().instance(), rp, answer),
    ])
    expect(entered.filter(({ ok }) => ok)).toHaveLength(1)
    expect(entered.filter(({ ok }) => !ok)).toMatchObject([{ error: { code: 'ceremony_spent' } }])
    const { ceremony, options } = await optionsFor(wallet)
    const request = { ceremony, credential: softwareAuthenticator().create(options), sender: '192.0.2.1' }
    expect(await registerPasskey(wallet, rp, request)).toMatchObject({ ok: true })
    expect(await registerPasskey(wallet, rp, request)).toMatchObject({ error: { code: 'ceremony_spent' } })
  })

  it('is not registered twice, and the account of the second try is not made', async () => {
    const wallet = store().instance()
    const authenticator = softwareAuthenticator()
    await register(wallet, { authenticator })
    const count = async () => (await wallet.database.db.selectFrom('accounts').select('id').execute()).length
    const before = await count()
    const { registered } = await register(wallet, { authenticator })
    expect(registered).toMatchObject({ error: { code: 'passkey_exists' } })
    expect(await count()).toBe(before)
  })

  it('whose counter goes back may be a copy', async () => {
    const wallet = store().instance()
    const { authenticator } = await newAccount(wallet)
    expect(await loginWithPasskey(wallet, rp, answerTo(authenticator, wallet, { counter: 7 }))).toMatchObject(
      { ok: true },
    )
    for (const counter of [7, 3, 0]) {
      expect(await loginWithPasskey(wallet, rp, answerTo(authenticator, wallet, { counter }))).toMatchObject({
        error: { code: 'passkey_cloned' },
      })
    }
    expect(await loginWithPasskey(wallet, rp, answerTo(authenticator, wallet, { counter: 8 }))).toMatchObject(
      { ok: true },
    )
  })

  it('that does not count logs in again and again', async () => {
    const wallet = store().instance()
    const { authenticator } = await newAccount(wallet)
    for (let time = 0; time < 3; time++) {
      expect(
        await loginWithPasskey(wallet, rp, answerTo(authenticator, wallet, { counter: 0 })),
      ).toMatchObject({ ok: true })
    }
  })

  it('is left to an account that has no other way in, also where two are removed at once', async () => {
    const wallet = store().instance()
    const { accountId } = await newAccount(wallet)
    await register(wallet, { accountId })
    const held = await listPasskeys(wallet, accountId)
    const removed = await Promise.all(held.map(({ id }) => removePasskey(store().instance(), accountId, id)))
    expect(removed.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await listPasskeys(wallet, accountId)).toHaveLength(1)
  })

  it('leaves nothing readable in the database', async () => {
    const wallet = store().instance()
    const { authenticator } = await newAccount(wallet)
    await loginWithPasskey(wallet, rp, answerTo(authenticator, wallet))
    const stolen = await dump(store())
    expect(stolen).not.toContain(authenticator.credentialId)
    expect(stolen).not.toContain('internal')
  })
})

onSqlite('an answer of an authenticator', (store) => {
  const refused = { error: { code: 'passkey_refused' } }

  it.each<readonly [string, Bent]>([
    ['from another origin', { origin: 'http://localhost:7101.evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['to another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['without a look at the user', { userVerified: false }],
  ])('%s does not count', async (_, bent) => {
    const wallet = store().instance()
    const { authenticator } = await newAccount(wallet)
    expect(await loginWithPasskey(wallet, rp, answerTo(authenticator, wallet, bent))).toMatchObject(refused)
    expect((await register(wallet, { bent })).registered).toMatchObject(refused)
  })

  it('by another key does not count', async () => {
    const wallet = store().instance()
    const { authenticator } = await newAccount(wallet)
    const forger = softwareAuthenticator(Buffer.from(authenticator.credentialId, 'base64url'))
    expect(await loginWithPasskey(wallet, rp, answerTo(forger, wallet))).toMatchObject(refused)
  })

  it('that nobody knows logs nobody in', async () => {
    const wallet = store().instance()
    expect(await loginWithPasskey(wallet, rp, answerTo(softwareAuthenticator(), wallet))).toMatchObject({
      error: { code: 'login_failed' },
    })
  })

  it.each<readonly [string, JsonObject]>([
    ['nothing', {}],
    ['a list', { id: 'x', response: [] as never }],
    ['no base64', { id: 'x', response: { clientDataJSON: '***' } }],
  ])('that is %s is refused', async (_, credential) => {
    const wallet = store().instance()
    const { ceremony } = await optionsFor(wallet)
    expect(await registerPasskey(wallet, rp, { ceremony, credential, sender: 'x' })).toMatchObject(refused)
  })
})

describe('what the page brings back', () => {
  onSqlite('a ceremony', (store) => {
    const unknown = { error: { code: 'ceremony_unknown' } }

    it('is over after five minutes', async () => {
      const wallet = store().instance()
      const { authenticator } = await newAccount(wallet)
      const answer = answerTo(authenticator, wallet)
      const late = { ...wallet, now: () => store().clock.now + CEREMONY_SECONDS }
      expect(await loginWithPasskey(late, rp, answer)).toMatchObject(unknown)
    })

    it('is for its purpose alone, and nobody makes one up', async () => {
      const wallet = store().instance()
      const { authenticator } = await newAccount(wallet)
      const { ceremony, options } = await optionsFor(wallet)
      const credential = authenticator.get(options)
      expect(await loginWithPasskey(wallet, rp, { ceremony, credential })).toMatchObject(unknown)
      expect(await loginWithPasskey(wallet, rp, { ceremony: 'v1.x', credential })).toMatchObject(unknown)
    })

    it('of one account is nothing to another, nor to a stranger', async () => {
      const wallet = store().instance()
      const [victim, attacker] = [await newOwner(wallet), await newOwner(wallet)]
      const { ceremony, options } = await optionsFor(wallet, { accountId: victim.accountId })
      const credential = softwareAuthenticator().create(options)
      for (const caller of [attacker.accountId, undefined])
        expect(
          await registerPasskey(wallet, rp, { ceremony, credential, caller, sender: 'x' }),
        ).toMatchObject(unknown)
      const mine = await optionsFor(wallet)
      const made = softwareAuthenticator().create(mine.options)
      const caller = victim.accountId
      expect(
        await registerPasskey(wallet, rp, { ceremony: mine.ceremony, credential: made, caller, sender: 'x' }),
      ).toMatchObject(unknown)
    })
  })
})

onSqlite('the passkeys of an account', (store) => {
  it('are removed, but the last way in is not', async () => {
    const wallet = store().instance()
    const { accountId, passkey } = await newAccount(wallet)
    expect(await removePasskey(wallet, accountId, passkey.id)).toMatchObject({
      error: { code: 'last_login' },
    })
    await register(wallet, { accountId })
    expect(await removePasskey(wallet, accountId, passkey.id)).toMatchObject({ ok: true })
    expect(await removePasskey(wallet, accountId, passkey.id)).toMatchObject({
      error: { code: 'passkey_unknown' },
    })
    const { accountId: withPassword } = await newOwner(wallet)
    const { registered } = await register(wallet, { accountId: withPassword })
    const id = registered.ok ? registered.value.passkey.id : ''
    expect(await removePasskey(wallet, accountId, id)).toMatchObject({ error: { code: 'passkey_unknown' } })
    expect(await removePasskey(wallet, withPassword, id)).toMatchObject({ ok: true })
  })

  it('are so many and no more, and the browser is told of those that are there', async () => {
    const wallet = store().instance()
    const { accountId } = await newOwner(wallet)
    for (let made = 0; made < MAX_PASSKEYS; made++) await register(wallet, { accountId })
    expect(await registrationOptions(wallet, rp, { accountId })).toMatchObject({
      error: { code: 'too_many_passkeys' },
    })
    const [first] = await listPasskeys(wallet, accountId)
    await removePasskey(wallet, accountId, first?.id ?? '')
    const { options } = await optionsFor(wallet, { accountId })
    expect(options['excludeCredentials']).toHaveLength(MAX_PASSKEYS - 1)
  })
})
