import { type CredentialLog, credentialLog } from '@countersign/api/issuer/credential-log'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { migrate } from '@countersign/stores/sql/migrate'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issuerMigrations } from '../database/migrations.ts'
import type { IssuerTables } from '../database/schema.ts'
import type { Issuer } from '../issuer.ts'
import { type CredentialStatus, changeStatus } from '../status/change-status.ts'
import { bringIndexUpToDate } from '../status/indexed-status.ts'
import { newDeployment, onBothDatabases, recordIssuance } from '../testing/durable.testing.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { testIssuer } from '../testing/issuer.testing.ts'
import { issuerRoutes } from './routes.ts'

const NOW = 1_800_000_000

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

async function served(issuer: Issuer) {
  const service = await createHttpService({
    title: 'Issuer',
    description: '',
    config: servedConfig(issuer, []),
    routes: issuerRoutes(issuer, { display: { name: 'Test', locale: 'en' } }),
    checks: [],
  })
  services.push(service)
  return (query = '') => service.app.inject({ url: `/openid4vc/credentials/log${query}` })
}

interface Made {
  readonly type?: string
  readonly at?: number
  readonly status?: CredentialStatus | 'none'
}

/** What was issued, newest first, as the log should have it. */
interface Kept extends Required<Made> {
  readonly id: string
}

onBothDatabases('the log of issued credentials', (database) => {
  let issuer: Issuer
  let ask: Awaited<ReturnType<typeof served>>
  beforeEach(async () => {
    await database().db.deleteFrom('issued_credentials').execute()
    await database().db.deleteFrom('status_changes').execute()
    issuer = newDeployment(database()).instance()
    ask = await served(issuer)
  })

  async function issue({ at = NOW, status = 'valid', type = 'one' }: Made = {}): Promise<Kept> {
    const sessionId = `session-${Math.random()}`
    const facts = { sessionId, configurationId: type, format: sdJwtVc, issuedAt: at }
    const wanted = status === 'none' ? { status: false } : {}
    const { credentialId: id = '' } = await recordIssuance(issuer, { ...facts, ...wanted })
    if (status !== 'none') await changeStatus(database(), id, status, at)
    return { id, at, status, type }
  }

  async function page(query = ''): Promise<CredentialLog> {
    const answer = await ask(query)
    expect(answer.statusCode, answer.body).toBe(200)
    return credentialLog.parse(answer.json())
  }

  async function allPages(query = ''): Promise<readonly string[]> {
    const read: string[] = []
    for (let before = '', pages = 0; pages < 200; pages += 1) {
      const { credentials, next } = await page(`?${query}${before}`)
      read.push(...credentials.map(({ id }) => id))
      if (next === undefined) return read
      before = `&before=${next}`
    }
    throw new Error('the log has no end')
  }

  it('is newest first, twenty at a time, and has each once, however many one second has', async () => {
    const made: Kept[] = []
    for (let at = 0; at < 70; at += 1)
      made.push(await issue({ at: NOW + Math.floor(at / 25), status: at % 3 === 0 ? 'revoked' : 'valid' }))
    const first = await page()
    expect(first.credentials).toHaveLength(20)
    const times = first.credentials.map(({ issuedAt }) => issuedAt)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    for (const limit of [1, 7, 25, 100]) {
      const read = await allPages(`limit=${limit}`)
      expect(read).toHaveLength(70)
      expect(new Set(read)).toEqual(new Set(made.map(({ id }) => id)))
    }
    const read = await allPages()
    const timeOf = new Map(made.map(({ id, at }) => [id, at]))
    const order = read.map((id) => timeOf.get(id) ?? 0)
    expect(order).toEqual(order.toSorted((a, b) => b - a))
  })

  it('is what any filter leaves of it, page by page', async () => {
    const made: Kept[] = []
    for (const status of ['valid', 'revoked', 'suspended', 'none'] as const)
      for (const type of ['one', 'two'])
        for (let at = 0; at < 6; at += 1) made.push(await issue({ at: NOW + at, status, type }))
    const wanted: readonly [query: string, is: (one: Kept) => boolean][] = [
      ['status=revoked', ({ status }) => status === 'revoked'],
      ['status=suspended', ({ status }) => status === 'suspended'],
      ['status=valid', ({ status }) => status === 'valid' || status === 'none'],
      ['credentialConfigurationId=two', ({ type }) => type === 'two'],
      ['credentialConfigurationId=nobody', () => false],
      [`issuedFrom=${NOW + 2}`, ({ at }) => at >= NOW + 2],
      [`issuedBefore=${NOW + 2}`, ({ at }) => at < NOW + 2],
      [`issuedFrom=${NOW + 2}&issuedBefore=${NOW + 3}`, ({ at }) => at === NOW + 2],
      [
        `credentialConfigurationId=one&status=revoked&issuedFrom=${NOW + 3}`,
        ({ at, status, type }) => type === 'one' && status === 'revoked' && at >= NOW + 3,
      ],
    ]
    for (const [query, is] of wanted) {
      const ids = made.filter(is).map(({ id }) => id)
      expect((await allPages(`${query}&limit=4`)).toSorted(), query).toEqual(ids.toSorted())
    }
  })

  it('tells of each what the credential alone tells, and no more', async () => {
    const { id } = await issue({ status: 'suspended' })
    const { id: bare } = await issue({ at: NOW - 1, status: 'none' })
    const [first, second] = (await page()).credentials
    expect(first).toMatchObject({ id, status: 'suspended', statusChangedAt: NOW, statusLists: [{}] })
    expect(second?.id).toBe(bare)
    expect(second).not.toHaveProperty('status')
    expect(Object.keys(first ?? {}).toSorted()).toEqual(
      [
        'id',
        'sessionId',
        'credentialConfigurationId',
        'format',
        'issuedAt',
        'status',
        'statusChangedAt',
        'statusLists',
      ].toSorted(),
    )
  })

  it('follows a status to and fro', async () => {
    const { id } = await issue()
    for (const status of ['suspended', 'valid', 'suspended', 'revoked'] as const) {
      await changeStatus(database(), id, status, NOW)
      expect(await allPages(`status=${status}`)).toEqual([id])
      expect((await allPages()).length).toBe(1)
    }
    expect(await allPages('status=valid')).toEqual([])
  })

  it('has what many change while many read, each step once or again', async () => {
    const made = await Promise.all(Array.from({ length: 16 }, () => issue()))
    const changing = made.map(({ id }) => changeStatus(database(), id, 'revoked', NOW))
    const reading = Array.from({ length: 6 }, () => page('?status=revoked&limit=100'))
    await Promise.all([...changing, ...reading])
    expect((await page('?status=revoked&limit=100')).credentials).toHaveLength(16)
    expect((await page('?status=valid')).credentials).toEqual([])
  })

  it('has a change of thousands, and of several lists', async () => {
    const { db } = database()
    const { id } = await issue({ status: 'suspended' })
    const other = newDeployment(database()).instance()
    issuer = other
    const { id: elsewhere } = await issue({ status: 'revoked' })
    await bringIndexUpToDate(database())
    const row = await db
      .selectFrom('issued_credentials')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const list_id = row.list_id ?? ''
    // As an instance writes it that knows of no index; one credential a version, and the first one once more at the end.
    const many = Array.from({ length: 2_500 }, (_, at) => ({ version: at + 10, idx: 500_000 + at }))
    const changes = [...many, { version: 2_510, idx: row.idx ?? 0 }]
    for (let at = 0; at < changes.length; at += 100)
      await db
        .insertInto('status_changes')
        .values(changes.slice(at, at + 100).map((one) => ({ list_id, status: 1, changed_at: NOW, ...one })))
        .execute()
    await db.updateTable('status_lists').set({ version: 2_510 }).where('id', '=', list_id).execute()
    expect(new Set(await allPages('status=revoked'))).toEqual(new Set([id, elsewhere]))
    expect(await allPages('status=suspended')).toEqual([])
  })

  it('takes a page from an index, whatever is asked', async () => {
    if (database().engine !== 'sqlite') return
    const planOf = async (filter: string) => {
      const plan = await sql<{ detail: string }>`explain query plan select * from issued_credentials
        where indexed_status = 1 ${sql.raw(filter)} and (issued_at, id) < (5, 'x')
        order by issued_at desc, id desc limit 5`.execute(database().db)
      return plan.rows.map(({ detail }) => detail).join('; ')
    }
    expect(await planOf('')).toMatch(/^SEARCH issued_credentials USING INDEX issued_credentials_log \([^;]*$/)
    expect(await planOf("and configuration_id = 'one'")).toMatch(
      /^SEARCH issued_credentials USING INDEX issued_credentials_log_of_type \([^;]*$/,
    )
  })
})

describe('a log that an earlier release wrote', () => {
  it('is listed by what its credentials are when the index comes', async () => {
    const database = await openDatabase<IssuerTables>('sqlite::memory:')
    const earlier = Object.entries(issuerMigrations).filter(([name]) => name < '2027-01-credential-log')
    await migrate(database, Object.fromEntries(earlier), 'issuer')
    const { db } = database
    await sql`insert into status_lists values ('l', 'token', 'http://i', 'p', 1, 64, 9, 3, 1)`.execute(db)
    for (const [id, idx] of [
      ['first', 0],
      ['second', 1],
      ['bare', null],
    ] as const)
      await sql`insert into issued_credentials (id, session_id, configuration_id, format, list_id, idx, issued_at)
        values (${id}, 's', 'c', 'dc+sd-jwt', ${idx === null ? null : 'l'}, ${idx}, 5)`.execute(db)
    for (const [version, status] of [
      [1, 2],
      [2, 0],
      [3, 1],
    ])
      await sql`insert into status_changes values ('l', ${version}, 1, ${status}, 6)`.execute(db)
    await migrate(database, issuerMigrations, 'issuer')
    const rows = await db
      .selectFrom('issued_credentials')
      .select(['id', 'indexed_status'])
      .orderBy('id')
      .execute()
    expect(rows).toEqual([
      { id: 'bare', indexed_status: 0 },
      { id: 'first', indexed_status: 0 },
      { id: 'second', indexed_status: 1 },
    ])
    expect(await db.selectFrom('status_lists').select(['indexed_version']).execute()).toEqual([
      { indexed_version: 3 },
    ])
    await database.close()
  })
})

describe('an issuer without a database', () => {
  it('says that it keeps no log', async () => {
    const ask = await served(testIssuer().issuer)
    const answer = await ask()
    expect([answer.statusCode, answer.json().message]).toEqual([404, expect.stringMatching(/keeps no log/)])
  })
})
