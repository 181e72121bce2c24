import { expect, it } from 'vitest'
import { makeResetLink } from '../access/reset-link.ts'
import { addCategory, attachCategories } from '../credentials/categories.ts'
import { listCredentials } from '../credentials/credentials.ts'
import { createDid } from '../dids/dids.ts'
import { pick, ready } from '../exchange/request-exchange.testing.ts'
import { useOpenRequest } from '../exchange/request-exchange.ts'
import { recordEvent } from '../history/record-event.ts'
import { generateKey } from '../keys/keys.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { softwareAuthenticator } from '../testing/authenticator.testing.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import { identity } from '../testing/issuer.testing.ts'
import { startLaterIssuer } from '../testing/later.testing.ts'
import { allRows, newOwner, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { listWallets } from './accounts.ts'
import { deleteAccount } from './delete-account.ts'
import { writeSettings } from './holder-settings.ts'
import { login } from './login.ts'
import { registerPasskey, registrationOptions } from './passkeys.ts'
import { giveRecoveryCodes } from './recovery-codes.ts'
import { issueToken } from './session-token.ts'
import { createWallet, deleteWallet, MAX_WALLETS, renameWallet } from './wallets.ts'

const rp = { id: 'localhost', name: 'Wallet', isOwn: (origin: string) => origin === 'http://localhost:7101' }
const home = '192.0.2.1'

type Rows = Awaited<ReturnType<typeof allRows>>

/** What an account may leave: that a name of our host was somebody's, and a challenge that was answered a moment ago. */
const ANONYMOUS = new Set(['retired_dids', 'spent_challenges'])

/** Something in every table there is. */
async function fullAccount(
  store: TestStore,
): Promise<{ readonly wallet: Wallet; readonly owned: OwnedWallet }> {
  const { opened, owned, wallet } = await ready(store, [identity.id], { batchSize: 3, refreshes: true })
  const { accountId } = owned
  await useOpenRequest(wallet, owned, pick(await opened()))
  await opened()
  const made = await createDid(wallet, owned, { method: 'web', alias: 'planted' })
  expect(made).toMatchObject({ ok: true })
  const [credential] = await listCredentials(wallet, owned)
  await addCategory(wallet, owned, 'planted')
  await attachCategories(wallet, owned, credential?.id ?? '', ['planted'])
  await writeSettings(wallet, owned, { planted: true })
  await createWallet(wallet, accountId, 'planted')
  const options = await registrationOptions(wallet, rp, { accountId })
  if (!options.ok) throw new Error(options.error.code)
  const credentialOf = softwareAuthenticator().create(options.value.options)
  const { ceremony } = options.value
  await registerPasskey(wallet, rp, { ceremony, credential: credentialOf, caller: accountId, sender: home })
  await issueToken(wallet, { accountId, by: 'passkey', client: 'planted' })
  const later = await startLaterIssuer({ interval: 30 })
  await useOffer(wallet, owned, { offer: later.offer() })
  await later.close()
  await makeResetLink(wallet, accountId)
  await wallet.database.inTransaction((transaction) => giveRecoveryCodes(wallet, transaction, accountId))
  return { wallet, owned }
}

const counted = (rows: Rows) =>
  Object.fromEntries(Object.entries(rows).map(([name, all]) => [name, all.length]))

/** Every value of a row that could lead to somebody: ids, hashes and sealed texts. */
function valuesOf(rows: Rows): ReadonlySet<string> {
  const found = Object.entries(rows).flatMap(([name, all]) =>
    ANONYMOUS.has(name)
      ? []
      : all.flatMap((row) => Object.values(row).filter((value) => typeof value === 'string')),
  )
  return new Set(found.filter((value) => value.length >= 20))
}

onBothDatabases('a deleted account', (store) => {
  it('leaves no row in any table, and no value that anybody could open', async () => {
    const wallet = store().instance()
    const other = await newOwner(wallet)
    const before = await allRows(store())
    const { owned } = await fullAccount(store())
    const account = await wallet.database.db
      .selectFrom('accounts')
      .select(['email_hash', 'email_sealed'])
      .where('id', '=', owned.accountId)
      .executeTakeFirstOrThrow()
    const email = wallet.columns.open(['accounts', owned.accountId, 'email'], account.email_sealed)
    await login(wallet, { email, password: 'wrong', sender: home })
    const full = await allRows(store())
    // The account has something everywhere, in tables that come after this test was written too.
    const empty = Object.entries(full).filter(([name, rows]) => rows.length <= (before[name]?.length ?? 0))
    expect(empty.map(([name]) => name).toSorted()).toEqual(
      ['retired_dids', 'wallet_migrations', 'wallet_settings'].toSorted(),
    )

    await deleteAccount(wallet, owned.accountId)

    const after = await allRows(store())
    const settled = (rows: Rows) => {
      const {
        login_attempts: _attempts,
        retired_dids: _retired,
        spent_challenges: _spent,
        ...own
      } = counted(rows)
      return own
    }
    expect(settled(after)).toEqual(settled(before))
    const left = valuesOf(after)
    const own = [...valuesOf(full)].filter((value) => !valuesOf(before).has(value))
    // The sender's own counter of this minute is no account's.
    const told = own.filter((value) => !value.startsWith('login'))
    expect(told.length).toBeGreaterThan(30)
    expect(told.filter((value) => left.has(value))).toEqual([])
    expect(JSON.stringify(after)).not.toContain(account.email_hash)
    expect(await listWallets(wallet, other.accountId)).toHaveLength(1)
  })

  it('is deleted once by several at once, and twice is nothing', async () => {
    const { owned, wallet } = await fullAccount(store())
    await Promise.all([1, 2, 3].map(() => deleteAccount(store().instance(), owned.accountId)))
    await deleteAccount(wallet, owned.accountId)
    expect(await listWallets(wallet, owned.accountId)).toEqual([])
  })

  it('is gone beside those who write to it at the same moment: they fail, and nothing of theirs stays', async () => {
    for (let round = 0; round < 5; round++) {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const writers = Array.from({ length: 8 }, (_, at) => {
        const second = store().instance()
        const event = { action: 'delete', summary: { credentials: [] } } as const
        if (at % 4 === 0) return generateKey(second, owned, { keyType: 'Ed25519' })
        if (at % 4 === 1) return createDid(second, owned, { method: 'jwk', alias: String(at) })
        if (at % 4 === 2) return recordEvent(second, second.database.db, owned, event)
        return issueToken(second, { accountId: owned.accountId, by: 'password' })
      })
      const [deleted, ...others] = await Promise.allSettled([
        deleteAccount(wallet, owned.accountId),
        ...writers,
      ])
      expect(deleted).toMatchObject({ status: 'fulfilled' })
      for (const one of others)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ name: 'ReferenceGone' })
      const rows = await allRows(store())
      expect(JSON.stringify(rows)).not.toContain(owned.accountId)
      expect(JSON.stringify(rows)).not.toContain(owned.id)
    }
  })

  it('gives its names of our host to nobody', async () => {
    const wallet = store().instance()
    const [mine, other] = [await newOwner(wallet), await newOwner(wallet)]
    const wish = { method: 'web', path: '/wallet-api/registry/planted-name', alias: 'a' } as const
    const named = await createDid(wallet, mine, wish)
    expect(named).toMatchObject({ ok: true })
    await deleteAccount(wallet, mine.accountId)
    for (let time = 0; time < 2; time++)
      expect(await createDid(wallet, other, wish)).toMatchObject({
        error: { code: 'did_taken' },
      })
  })
})

onBothDatabases('wallets of an account', (store) => {
  it('are several, each with a key and a DID, and have names', async () => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const made = await createWallet(wallet, owned.accountId, 'Work-planted')
    if (!made.ok) throw new Error(made.error.code)
    const second = { id: made.value.id, accountId: owned.accountId }
    await renameWallet(wallet, second, 'Office')
    expect((await listWallets(wallet, owned.accountId)).map(({ name }) => name).toSorted()).toEqual([
      'Office',
      'Wallet of Ada',
    ])
    expect(await createDid(wallet, second, { method: 'jwk', alias: 'x' })).toMatchObject({ ok: true })
    expect(JSON.stringify(await allRows(store()))).not.toContain('planted')
  })

  it('are so many and no more, however many are made at once', async () => {
    const wallet = store().instance()
    const { accountId } = await newOwner(wallet)
    await Promise.all(
      Array.from({ length: MAX_WALLETS + 5 }, (_, at) =>
        createWallet(store().instance(), accountId, String(at)),
      ),
    )
    expect(await listWallets(wallet, accountId)).toHaveLength(MAX_WALLETS)
  })

  it('are deleted with everything in them; the last one is not, whole', async () => {
    const { owned, wallet } = await fullAccount(store())
    const [first, second] = await listWallets(wallet, owned.accountId)
    if (first === undefined || second === undefined) throw new Error('there are two')
    await Promise.all([deleteWallet(wallet, owned), deleteWallet(store().instance(), owned)])
    const rows = await allRows(store())
    expect(JSON.stringify(rows)).not.toContain(owned.id)
    const last = { id: first.id === owned.id ? second.id : first.id, accountId: owned.accountId }
    await recordEvent(wallet, wallet.database.db, last, { action: 'delete', summary: { credentials: [] } })
    expect(await deleteWallet(wallet, last)).toEqual({ ok: false, error: { code: 'last_wallet' } })
    const { events = [] } = await allRows(store())
    expect(events.filter((row) => row['wallet_id'] === last.id)).toHaveLength(1)
  })

  it('deleted both at once leave one', async () => {
    for (let round = 0; round < 4; round++) {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const made = await createWallet(wallet, owned.accountId, 'second')
      const second = { id: made.ok ? made.value.id : '', accountId: owned.accountId }
      const both = await Promise.all([deleteWallet(wallet, owned), deleteWallet(store().instance(), second)])
      expect(both.filter(({ ok }) => ok)).toHaveLength(1)
      expect(await listWallets(wallet, owned.accountId)).toHaveLength(1)
    }
  })
})

onSqlite('an instance that dies', (store) => {
  it.each(['before', 'after'] as const)(
    '%s any of its statements of a deletion leaves an account that can be deleted again',
    async (when) => {
      const places = await diesEverywhere(async (statement) => {
        const { owned, wallet } = await fullAccount(store())
        const died = await killed(deleteAccount(dyingAt(wallet, statement, when), owned.accountId))
        await deleteAccount(wallet, owned.accountId)
        expect(JSON.stringify(await allRows(store()))).not.toContain(owned.accountId)
        return { died }
      })
      expect(places).toBeGreaterThan(3)
    },
  )
})
