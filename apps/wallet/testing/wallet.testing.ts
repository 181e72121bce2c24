/**
 * Wallets for the tests beside the use cases: real databases, real crypto, real HTTP to the issuers and verifiers of the
 * tests, and a clock that the test turns. Instances of one store share database and secret, as in a cluster.
 */
import { randomUUID } from 'node:crypto'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { didResolver } from '@countersign/did/did-resolver'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { didDocumentFetcher } from '@countersign/service/outgoing/did-documents'
import { createRemote, type Remote } from '@countersign/service/outgoing/guarded-client'
import type { Database } from '@countersign/stores/sql/database'
import { migrate } from '@countersign/stores/sql/migrate'
import { openDatabase } from '@countersign/stores/sql/open-database'
import {
  type OwnDatabase,
  postgresDatabase,
  sqliteDatabase,
} from '@countersign/testing/databases/own-database'
import type { Certificate } from '@countersign/x509/certificate'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe } from 'vitest'
import { listWallets, openWallet } from '../account/accounts.ts'
import { registerAccount } from '../account/register-account.ts'
import { buildWallet } from '../build.ts'
import { WALLET_DEFAULTS } from '../config.ts'
import { walletMigrations } from '../database/migrations.ts'
import type { WalletTables } from '../database/schema.ts'
import type { OwnedWallet, Wallet, WalletLimits } from '../wallet.ts'

export interface TestStore {
  readonly database: Database<WalletTables>
  /** Epoch seconds; the test may change it. */
  readonly clock: { now: number }
  /** One more instance over the same database. */
  instance(more?: Partial<Wallet>): Wallet
}

export const testLimits: WalletLimits = {
  tokenLifetimeSeconds: 3600,
  minimumPasswordLength: 8,
  loginFailuresPerMinute: 3,
  loginFailuresPerMinuteInTotal: 1000,
  registrationsPerMinute: 1000,
}

/** Runs the suite on SQLite and on PostgreSQL. */
export function onBothDatabases(name: string, suite: (store: () => TestStore) => void): void {
  onSqlite(name, suite)
  onDatabase(`${name} (postgres)`, postgresDatabase, suite)
}

/** For what does not depend on the database. */
export function onSqlite(name: string, suite: (store: () => TestStore) => void): void {
  onDatabase(`${name} (sqlite)`, sqliteDatabase, suite)
}

function onDatabase(
  name: string,
  open: () => Promise<OwnDatabase>,
  suite: (store: () => TestStore) => void,
): void {
  describe(name, () => {
    let opened: Opened
    beforeAll(async () => {
      opened = await openStore(await open())
    })
    afterAll(() => opened.close())
    suite(() => opened.store)
  })
}

let accounts = 0

/** A fresh account with its wallet. */
export async function newOwner(wallet: Wallet): Promise<OwnedWallet> {
  accounts += 1
  const email = `owner-${accounts}-${Date.now()}@example.org`
  const made = await registerAccount(wallet, { name: 'Ada', email, password: 'correct-horse' }, '192.0.2.1')
  if (!made.ok) throw new Error(made.error.code)
  const [first] = await listWallets(wallet, made.value.accountId)
  const owned = await openWallet(wallet, made.value.accountId, first?.id ?? '')
  if (!owned.ok) throw new Error(owned.error.code)
  return owned.value
}

/** Everything that the database shows to whoever steals it. */
export async function dump(store: TestStore): Promise<string> {
  return JSON.stringify(await allRows(store))
}

/** Of every table that there is, whoever made it. */
export async function allRows({
  database,
}: TestStore): Promise<Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>> {
  const { rows } =
    database.engine === 'sqlite'
      ? await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(database.db)
      : await sql<{ name: string }>`
          select table_name as name from information_schema.tables where table_schema = current_schema()`.execute(
          database.db,
        )
  const read = async (name: string) =>
    (await sql<Readonly<Record<string, unknown>>>`select * from ${sql.table(name)}`.execute(database.db)).rows
  const names = rows.map(({ name }) => name).toSorted()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)] as const)))
}

export function withAnchors(anchors: readonly Certificate[], required = true): Partial<Wallet> {
  return { verifiers: { anchors: () => anchors, required } }
}

export interface Opened {
  readonly store: TestStore
  close(): Promise<void>
}

/** A store of its own, for tests that need more than one. */
export async function openTestStore(engine: 'sqlite' | 'postgres'): Promise<Opened> {
  return openStore(await (engine === 'sqlite' ? sqliteDatabase() : postgresDatabase()))
}

async function openStore({ url, close }: OwnDatabase): Promise<Opened> {
  const database = await openDatabase<WalletTables>(url)
  await migrate(database, walletMigrations, 'wallet')
  const clock = { now: Math.floor(Date.now() / 1000) }
  const remote = createRemote({ allowHttp: true, allowPrivateAddresses: true, timeoutMs: 30_000 })
  const base = await baseWallet(database, remote, clock)
  return {
    store: { database, clock, instance: (more = {}) => ({ ...base, ...more }) },
    async close() {
      await remote.close()
      await database.close()
      await close()
    },
  }
}

async function baseWallet(
  database: Database<WalletTables>,
  remote: Remote,
  clock: { now: number },
): Promise<Wallet> {
  const fetchDocument = didDocumentFetcher(remote, { allowHttp: true })
  const resolveKey = didResolver({ fetchDocument, now: () => clock.now })
  const wallet = await buildWallet(
    {
      database,
      sealing: openSealing(nodeCrypto.randomBytes(32)),
      outgoing: { remote, fetchDocument, resolveKey, allowHttp: true },
      pause: async () => {},
      formats: [sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt],
      crypto: nodeCrypto,
      jwe: joseJwe,
      newId: randomUUID,
      verifiers: { anchors: () => [], required: false },
      now: () => clock.now,
    },
    {
      ...WALLET_DEFAULTS,
      mode: 'production',
      baseUrl: 'http://localhost:7001',
      clientId: 'test-wallet',
    },
  )
  return { ...wallet, limits: testLimits }
}
