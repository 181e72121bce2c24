/**
 * Issuers with a real database for the tests beside the use cases. Instances of one deployment share sessions, database
 * and secret; each has its own block of indices and its own copies of the lists.
 */

import { encodeBase64url } from '@countersign/core/base64url'
import type { Signer } from '@countersign/crypto/engine'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import type { Database } from '@countersign/stores/sql/database'
import { migrate } from '@countersign/stores/sql/migrate'
import { openDatabase } from '@countersign/stores/sql/open-database'
import {
  type OwnDatabase,
  postgresDatabase,
  sqliteDatabase,
} from '@countersign/testing/databases/own-database'
import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe } from 'vitest'
import { issuerMigrations } from '../database/migrations.ts'
import type { IssuerDatabase, IssuerTables } from '../database/schema.ts'
import { openIndexAllocator } from '../status/allocate-index.ts'
import { keyedIndexOrder, permutationName } from '../status/index-order.ts'
import { openListContent } from '../status/list-content.ts'
import { openPublishedLists } from '../status/published-lists.ts'
import {
  type IssuanceFacts,
  type IssuanceRecorder,
  type RecordedIssuance,
  recordIssuances,
} from '../status/record-issuance.ts'
import { type TestIssuer, testIssuer } from './issuer.testing.ts'

/** Smaller than any that is published, so that tests reach the end of one. */
export const SMALL_LIST = 64

export interface DeploymentOptions {
  readonly listSize?: number
  readonly blockSize?: number
  readonly baseUrl?: string
  /** The database as this instance sees it; as everybody does when absent. */
  readonly database?: IssuerDatabase
  readonly monotonicMs?: () => number
  readonly maxKeptBytes?: number
  /** What signs lists; one for all instances when absent. */
  readonly listSigner?: Signer
}

export interface TestDeployment extends TestIssuer {
  /** Counts what the status signer was asked to sign, on all instances; it does not, or never, while it is told so. */
  readonly signed: { count: number; fault?: 'fails' | 'hangs' | undefined }
  readonly publicJwk: ReturnType<typeof softwareSigner>['publicJwk']
  instance(
    options?: DeploymentOptions,
  ): TestIssuer['issuer'] & Required<Pick<TestIssuer['issuer'], 'database' | 'statusLists'>>
}

/** A secret, sessions and a clock of its own on the database of the test. */
export function newDeployment(database: IssuerDatabase): TestDeployment {
  const { issuer, clock } = testIssuer()
  const sealing = openSealing(nodeCrypto.randomBytes(32))
  const signer = softwareSigner(generateSoftwareKey('ES256'))
  const signed: TestDeployment['signed'] = { count: 0 }
  const counting: typeof signer = {
    ...signer,
    sign: (data) => {
      signed.count += 1
      if (signed.fault === 'fails') return Promise.reject(new Error('the key service is away'))
      return signed.fault === 'hangs' ? new Promise(() => undefined) : signer.sign(data)
    },
  }
  const period = { ttlSeconds: 300, lifetimeSeconds: 86_400 }
  return {
    issuer,
    clock,
    signed,
    publicJwk: signer.publicJwk,
    instance(options = {}) {
      const { database: seen = database, baseUrl = issuer.baseUrl, maxKeptBytes, monotonicMs } = options
      return {
        ...issuer,
        database: seen,
        statusLists: {
          ttlSeconds: period.ttlSeconds,
          indices: openIndexAllocator({
            database: seen,
            indexAt: keyedIndexOrder(sealing.mac('status-index')),
            permutation: permutationName(sealing.fingerprint),
            baseUrl,
            listSize: options.listSize ?? 131_072,
            blockSize: options.blockSize ?? 16,
            newId: () => encodeBase64url(nodeCrypto.randomBytes(16)),
            now: () => clock.now,
          }),
          published: openPublishedLists({
            database: seen,
            openContent: (list) =>
              openListContent(list, {
                signer: options.listSigner ?? counting,
                compression: nodeCompression,
                ...period,
              }),
            lifetimeSeconds: period.lifetimeSeconds,
            now: () => clock.now,
            monotonicMs,
            maxKeptBytes,
          }),
        },
      }
    },
  }
}

/** One credential in the log. */
export async function recordIssuance(
  issuer: IssuanceRecorder,
  facts: IssuanceFacts,
): Promise<RecordedIssuance> {
  const [recorded] = await recordIssuances(issuer, facts, 1)
  if (recorded === undefined) throw new Error('nothing was recorded')
  return recorded
}

type Suite = (database: () => Database<IssuerTables>) => void

/** Runs the suite on SQLite and on PostgreSQL. */
export function onBothDatabases(name: string, suite: Suite): void {
  onDatabase(`${name} (sqlite)`, sqliteDatabase, suite)
  onDatabase(`${name} (postgres)`, postgresDatabase, suite)
}

/** For a suite that asks nothing of the database but to be there. */
export function onSqlite(name: string, suite: Suite): void {
  onDatabase(name, sqliteDatabase, suite)
}

function onDatabase(name: string, open: () => Promise<OwnDatabase>, suite: Suite): void {
  describe(name, () => {
    let source: OwnDatabase
    let database: Database<IssuerTables>
    beforeAll(async () => {
      source = await open()
      database = await openDatabase<IssuerTables>(source.url)
      await migrate(database, issuerMigrations, 'issuer')
    })
    afterAll(async () => {
      await database.close()
      await source.close()
    })
    suite(() => database)
  })
}

/** A database that tells of each statement: before it, or when it is done and nobody knows yet. */
export function watched(
  database: IssuerDatabase,
  on: { readonly before?: () => void; readonly after?: () => void | Promise<void> },
): IssuerDatabase {
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      on.before?.()
      return node
    },
    async transformResult({ result }) {
      await on.after?.()
      return result
    },
  }
  return {
    db: database.db.withPlugin(plugin),
    inTransaction: (work) => database.inTransaction((transaction) => work(transaction.withPlugin(plugin))),
  }
}
