/**
 * Portals for the tests beside the use cases: real databases, real HTTP, a clock that the test turns. Instances of one store share
 * database, secret and sessions, as in a cluster; behind them stands whatever the test puts there.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { encodeBase64url } from '@countersign/core/base64url'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { serviceStores } from '@countersign/service/compose/service-stores'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import type { BuiltPages } from '@countersign/service/http/pages/built-pages'
import { openPasswords } from '@countersign/service/login/passwords'
import { openMemoryEngine } from '@countersign/stores/memory'
import type { Database } from '@countersign/stores/sql/database'
import { migrate } from '@countersign/stores/sql/migrate'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { openSealedColumns } from '@countersign/stores/sql/sealed-columns'
import {
  type OwnDatabase,
  postgresDatabase,
  sqliteDatabase,
} from '@countersign/testing/databases/own-database'
import { afterAll, beforeAll, describe } from 'vitest'
import { portalService } from '../build.ts'
import { portalMigrations } from '../database/migrations.ts'
import type { PortalTables } from '../database/schema.ts'
import type { DemoControl } from '../demo-control.ts'
import type { Operators } from '../portal.ts'
import type { Upstreams } from '../upstreams.ts'
import type { BegunVerification } from '../verifications.ts'

export const BASE_URL = 'http://localhost:7102'

export interface TestStore {
  readonly database: Database<PortalTables>
  /** Epoch seconds; the test may change it. */
  readonly clock: { now: number }
  /** One more instance over the same database and sessions. */
  operators(more?: Partial<Operators>): Operators
  /** The same as a service; closed with the store. Without `login` nobody has to log in. */
  portal(options?: PortalOptions): Promise<TestPortal>
}

export interface PortalOptions {
  readonly login?: boolean
  readonly upstreams?: Partial<Upstreams>
  readonly demo?: DemoControl
}

export interface TestPortal {
  readonly service: HttpService
  readonly url: string
}

/** Runs the suite on SQLite and on PostgreSQL. */
export function onBothDatabases(name: string, suite: (store: () => TestStore) => void): void {
  onSqlite(name, suite)
  onDatabase(`${name} (postgres)`, postgresDatabase, suite)
}

export function onSqlite(name: string, suite: (store: () => TestStore) => void): void {
  onDatabase(`${name} (sqlite)`, sqliteDatabase, suite)
}

function onDatabase(
  name: string,
  open: () => Promise<OwnDatabase>,
  suite: (store: () => TestStore) => void,
): void {
  describe(name, () => {
    let opened: TestStore & { close(): Promise<void> }
    beforeAll(async () => {
      opened = await openStore(await open())
    })
    afterAll(() => opened.close())
    suite(() => opened)
  })
}

async function openStore({ url, close }: OwnDatabase): Promise<TestStore & { close(): Promise<void> }> {
  const database = await openDatabase<PortalTables>(url)
  await migrate(database, portalMigrations, 'portal')
  const clock = { now: 1_800_000_000 }
  const now = () => clock.now
  const sealing = openSealing(new Uint8Array(32).fill(7))
  const stores = serviceStores(openMemoryEngine({ now: () => clock.now * 1000 }), sealing, () => clock.now)
  const running: HttpService[] = []
  const operators = (more: Partial<Operators> = {}): Operators => ({
    database,
    columns: openSealedColumns({ sealer: sealing.sealer('portal'), mac: sealing.mac('portal') }),
    passwords: () => passwords,
    crypto: nodeCrypto,
    newId: randomUUID,
    once: stores.once('portal-challenge'),
    baseUrl: BASE_URL,
    sessionSeconds: 3600,
    limits: { loginFailuresPerMinute: 3, loginFailuresPerMinuteInTotal: 1000 },
    now,
    ...more,
  })
  return {
    database,
    clock,
    operators,
    async portal({ login = true, upstreams, demo } = {}) {
      const parts = portalService({
        pages: NO_PAGES,
        operators: login ? operators() : undefined,
        upstreams: { ...NOBODY, ...upstreams },
        verifications: {
          begun: stores.sessions<BegunVerification>('portal-browser', 1),
          newBrowserId: () => encodeBase64url(nodeCrypto.randomBytes(32)),
          hash: (text) => createHash('sha256').update(text).digest('base64url'),
          now,
        },
        baseUrl: BASE_URL,
        webWalletUrl: 'http://localhost:7101',
        demo,
      })
      const service = await createHttpService({ ...parts, config: CONFIG, checks: [] })
      running.push(service)
      const { port } = await service.listen()
      return { service, url: `http://localhost:${port}` }
    },
    async close() {
      await Promise.all(running.map((service) => service.close()))
      await database.close()
      await close()
    },
  }
}

/** Opened once for all tests: it costs a hash. */
const passwords = openPasswords((length) => nodeCrypto.randomBytes(length))

const CONFIG = {
  service: 'portal',
  mode: 'development',
  webHost: '127.0.0.1',
  webPort: 0,
  baseUrl: BASE_URL,
  instance: 'portal-1',
  trustedProxies: [],
  logLevel: 'silent',
  features: ['openapi'],
} as const

const index = {
  contentType: 'text/html',
  body: Buffer.from('<!doctype html>'),
  packed: {},
  etag: 'x',
  hashed: false,
}
const NO_PAGES: BuiltPages = { files: new Map([['/index.html', index]]), index }

const nowhere = (name: 'issuer' | 'verifier' | 'repository') => ({ name, url: 'http://127.0.0.1:9' }) as const
const NOBODY: Upstreams = {
  issuer: nowhere('issuer'),
  verifier: nowhere('verifier'),
  repository: nowhere('repository'),
}

/** Everything that stands in the database, for looking for what must not. */
export async function dump({ db }: Database<PortalTables>): Promise<string> {
  const tables = [
    'operators',
    'operator_links',
    'operator_passkeys',
    'operator_sessions',
    'operator_attempts',
  ] as const
  const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()))
  return JSON.stringify(rows)
}

/** What came to a service that stands behind the portal. */
export interface HeardRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Behind {
  readonly url: string
  readonly heard: HeardRequest[]
  close(): Promise<void>
}

/** A service behind the portal that answers what the test says. */
export async function startBehind(
  answer: (request: HeardRequest) => { readonly status: number; readonly body: unknown },
): Promise<Behind> {
  const heard: HeardRequest[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
    heard.push(one)
    const { status, body } = answer(one)
    response.writeHead(status, { 'content-type': 'application/json', 'set-cookie': 'theirs=1' })
    response.end(JSON.stringify(body))
  }
  const server = createServer((request, response) => void respond(request, response))
  return { url: await listening(server), heard, close: () => closed(server) }
}

export function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    })
  })
}

export function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
