import { SealedValueUnreadable } from '@countersign/stores/sql/sealed-columns'
import { expect, it } from 'vitest'
import { isSealedBy } from '../database/sealed-columns.ts'
import { createDid, deleteDid, listDids, setDefaultDid } from '../dids/dids.ts'
import { deleteKey, generateKey, listKeys, loadPublicKey } from '../keys/keys.ts'
import { dump, newOwner, onBothDatabases } from '../testing/wallet.testing.ts'
import type { Wallet } from '../wallet.ts'
import { listWallets, openWallet } from './accounts.ts'
import { login as logIn } from './login.ts'
import { logout } from './logout.ts'
import { ensurePreregistered, PREREGISTERED, registerAccount } from './register-account.ts'
import { openSession } from './session-token.ts'
import { userInfo } from './user-info.ts'

/** A sender. */
const home = '192.0.2.1'

const login = (wallet: Wallet, credentials: { email: string; password: string }, sender: string) =>
  logIn(wallet, { ...credentials, sender })

const accountOfToken = async (wallet: Wallet, token: string) => (await openSession(wallet, token))?.accountId

const ada = { name: 'Ada planted', email: 'Ada@Planted.example', password: 'planted-horse' }

onBothDatabases('an account', (store) => {
  it('has a wallet with a P-256 key and a did:jwk as the default from the start', async () => {
    const wallet = store().instance()
    const made = await registerAccount(wallet, ada, home)
    if (!made.ok) throw new Error(made.error.code)
    const [listed, ...more] = await listWallets(wallet, made.value.accountId)
    expect(listed?.name).toBe('Wallet of Ada planted')
    expect(more).toEqual([])
    const owned = { id: listed?.id ?? '', accountId: made.value.accountId }
    const keys = await listKeys(wallet, owned)
    expect(keys.map(({ keyType }) => keyType)).toEqual(['secp256r1'])
    expect(await listDids(wallet, owned)).toMatchObject([
      { did: expect.stringMatching(/^did:jwk:/), isDefault: true, keyId: keys[0]?.id },
    ])
    expect(await userInfo(wallet, owned.accountId)).toMatchObject({
      name: 'Ada planted',
      email: 'ada@planted.example',
    })
  })

  it('is one for an e-mail address, however it is written and however many ask at once', async () => {
    const wallet = store().instance()
    const spellings = ['grace@one.example', 'GRACE@one.example', ' Grace@One.Example ']
    const all = await Promise.all(
      spellings.map((email) => registerAccount(store().instance(), { ...ada, email }, home)),
    )
    expect(all.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await registerAccount(wallet, { ...ada, email: 'grace@ONE.example' }, home)).toMatchObject({
      error: { code: 'account_exists' },
    })
  })

  it('is pre-registered once by many instances that start together', async () => {
    await Promise.all(Array.from({ length: 5 }, () => ensurePreregistered(store().instance())))
    const wallet = store().instance()
    const found = await login(wallet, PREREGISTERED, home)
    expect(found).toMatchObject({ ok: true })
    expect(await listWallets(wallet, found.ok ? found.value.accountId : '')).toHaveLength(1)
  })

  it('is refused with a short password, an endless one, or what is no e-mail address', async () => {
    const wallet = store().instance()
    const codeFor = async (more: Partial<typeof ada>) => {
      const made = await registerAccount(wallet, { ...ada, email: 'x@short.example', ...more }, home)
      return made.ok ? 'made' : made.error.code
    }
    expect(await codeFor({ password: 'short' })).toBe('password_length')
    expect(await codeFor({ password: 'x'.repeat(201) })).toBe('password_length')
    expect(await codeFor({ email: 'nobody' })).toBe('email_malformed')
    expect(await codeFor({ email: `${'x'.repeat(300)}@y.example` })).toBe('email_malformed')
  })

  it('cannot be made without end', async () => {
    const limits = { ...store().instance().limits, registrationsPerMinute: 0 }
    expect(
      await registerAccount(store().instance({ limits }), { ...ada, email: 'z@z.example' }, home),
    ).toMatchObject({
      error: { code: 'too_many_attempts' },
    })
  })

  it('can be made while somebody else makes too many', async () => {
    const limits = { ...store().instance().limits, registrationsPerMinute: 1 }
    const wallet = store().instance({ limits })
    store().clock.now += 60
    const made = async (name: string, sender: string) =>
      (await registerAccount(wallet, { ...ada, email: `${name}@many.example` }, sender)).ok
    const stranger = '198.51.100.8'
    expect([await made('a', stranger), await made('b', stranger), await made('c', home)]).toEqual([
      true,
      false,
      true,
    ])
  })

  it('sees no wallet of another account', async () => {
    const wallet = store().instance()
    const [mine, other] = [await newOwner(wallet), await newOwner(wallet)]
    expect(await openWallet(wallet, mine.accountId, other.id)).toEqual({
      ok: false,
      error: { code: 'wallet_unknown' },
    })
  })
})

onBothDatabases('a login', (store) => {
  it('gives a token that every instance knows, and logout takes it from all', async () => {
    const wallet = store().instance()
    await registerAccount(wallet, ada, home)
    const entered = await login(wallet, { email: 'ADA@planted.example', password: ada.password }, home)
    if (!entered.ok) throw new Error(entered.error.code)
    const { token, accountId } = entered.value
    const other = store().instance()
    expect(await accountOfToken(other, token)).toBe(accountId)
    await logout(other, [token])
    expect(await accountOfToken(wallet, token)).toBeUndefined()
    expect(await accountOfToken(wallet, 'x'.repeat(43))).toBeUndefined()
  })

  it('ends by itself', async () => {
    const wallet = store().instance()
    const entered = await login(wallet, ada, home)
    const token = entered.ok ? entered.value.token : ''
    const later = { ...wallet, now: () => store().clock.now + 3600 }
    expect(await accountOfToken(wallet, token)).toBeDefined()
    expect(await accountOfToken(later, token)).toBeUndefined()
  })

  it('tells a wrong password from an unknown address in no way', async () => {
    const wallet = store().instance()
    const wrong = await login(wallet, { ...ada, password: 'wrong' }, home)
    expect(await login(wallet, { email: 'nobody@planted.example', password: 'wrong' }, home)).toEqual(wrong)
    expect(wrong).toEqual({ ok: false, error: { code: 'login_failed' } })
  })

  it('is closed to a sender after a few failures on all instances, for the right password too, until the minute is over', async () => {
    const email = 'limited@planted.example'
    await registerAccount(store().instance(), { ...ada, email }, home)
    const guesses = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        login(store().instance(), { email, password: `guess ${at}` }, home),
      ),
    )
    const codes = guesses.map((guess) => (guess.ok ? 'in' : guess.error.code))
    expect(codes.filter((code) => code === 'login_failed')).toHaveLength(3)
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(5)
    const right = { email, password: ada.password }
    expect(await login(store().instance(), right, home)).toMatchObject({
      error: { code: 'too_many_attempts' },
    })
    // Nobody is shut out by a stranger who guesses.
    expect(await login(store().instance(), right, '198.51.100.7')).toMatchObject({ ok: true })
    store().clock.now += 60
    expect(await login(store().instance(), right, home)).toMatchObject({ ok: true })
  })

  it('counts no right password as a guess', async () => {
    for (let time = 0; time < 5; time++) expect((await login(store().instance(), ada, home)).ok).toBe(true)
  })

  it('is limited in total for a sender, for addresses that nobody has too, and for nobody else', async () => {
    store().clock.now += 60
    const limits = { ...store().instance().limits, loginFailuresPerMinuteInTotal: 2 }
    const wallet = store().instance({ limits })
    const guess = (at: number, sender = home) =>
      login(wallet, { email: `nobody-${at}@x.example`, password: 'guess' }, sender)
    expect([await guess(1), await guess(2), await guess(3)].map((one) => !one.ok && one.error.code)).toEqual([
      'login_failed',
      'login_failed',
      'too_many_attempts',
    ])
    expect(await guess(5, '198.51.100.7')).toMatchObject({ error: { code: 'login_failed' } })
    store().clock.now += 60
    await guess(4)
    const rows = await store().database.db.selectFrom('login_attempts').selectAll().execute()
    expect(rows.filter(({ minute }) => minute < Math.floor(store().clock.now / 60))).toEqual([])
  })

  it('leaves no name, address, password, token or key to read in the database', async () => {
    const entered = await login(store().instance(), ada, home)
    const text = await dump(store())
    const secrets = ['lanted', '$argon2', '"d"', 'did:jwk', entered.ok ? entered.value.token : 'lanted']
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  })
})

onBothDatabases('keys and DIDs', (store) => {
  it('keep a key that a DID needs, and let go of one that nothing needs', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const made = await generateKey(wallet, owned, { keyType: 'Ed25519', name: 'spare' })
    const keyId = made.ok ? made.value.id : ''
    const did = await createDid(wallet, owned, { method: 'key', keyId, alias: 'a' })
    expect(await createDid(wallet, owned, { method: 'key', keyId, alias: 'b' })).toMatchObject({
      error: { code: 'did_exists' },
    })
    expect(await deleteKey(wallet, owned, keyId)).toMatchObject({ error: { code: 'key_in_use' } })
    await deleteDid(wallet, owned, did.ok ? did.value.did : '')
    expect(await deleteKey(wallet, owned, keyId)).toMatchObject({ ok: true })
    expect(await deleteKey(wallet, owned, keyId)).toMatchObject({ error: { code: 'key_unknown' } })
  })

  it('have one default at a time', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const made = await createDid(wallet, owned, { method: 'jwk', alias: 'second' })
    const did = made.ok ? made.value.did : ''
    await setDefaultDid(wallet, owned, did)
    const listed = await listDids(wallet, owned)
    expect(listed.filter(({ isDefault }) => isDefault).map((one) => one.did)).toEqual([did])
    expect(await setDefaultDid(wallet, owned, 'did:jwk:e30')).toMatchObject({
      error: { code: 'did_unknown' },
    })
  })

  it('of another wallet are as unknown as those that do not exist', async () => {
    const wallet = store().instance()
    const [mine, other] = [await newOwner(wallet), await newOwner(wallet)]
    const [key] = await listKeys(wallet, other)
    const [did] = await listDids(wallet, other)
    const keyId = key?.id ?? ''
    expect(await deleteKey(wallet, mine, keyId)).toMatchObject({ error: { code: 'key_unknown' } })
    expect(await createDid(wallet, mine, { method: 'key', keyId, alias: 'x' })).toMatchObject({
      error: { code: 'key_unknown' },
    })
    expect(await deleteDid(wallet, mine, did?.did ?? '')).toMatchObject({ error: { code: 'did_unknown' } })
  })
})

onBothDatabases('what is sealed', (store) => {
  it('does not open in another row', async () => {
    const wallet = store().instance()
    const [mine, other] = [await newOwner(wallet), await newOwner(wallet)]
    const { db } = store().database
    const stolen = await db
      .selectFrom('wallet_keys')
      .select('private_sealed')
      .where('wallet_id', '=', other.id)
      .executeTakeFirstOrThrow()
    const [key] = await listKeys(wallet, mine)
    await db
      .updateTable('wallet_keys')
      .set(stolen)
      .where('id', '=', key?.id ?? '')
      .execute()
    await expect(loadPublicKey(wallet, mine, key?.id ?? '')).rejects.toThrow(SealedValueUnreadable)
  })

  it('is known by the secret that sealed it', async () => {
    expect(await isSealedBy(store().database, 'first')).toBe(true)
    expect(await isSealedBy(store().database, 'first')).toBe(true)
    expect(await isSealedBy(store().database, 'second')).toBe(false)
  })
})
