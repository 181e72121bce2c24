/** Offers for many over HTTP: the input is judged as a whole, each row gets one offer, whoever makes it, and what is told is true. */
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { StoreUnavailable } from '@countersign/stores/ports'
import { newKey } from '@countersign/testing/people/keys'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { IssuerDatabase } from '../database/schema.ts'
import { BULK_WORDS } from '../http/answers/wire-bulk.ts'
import type { Issuer } from '../issuer.ts'
import { newDeployment, onBothDatabases, onSqlite, type TestDeployment } from '../testing/durable.testing.ts'
import { servedConfig, withEverything } from '../testing/issue-calls.testing.ts'
import {
  claims,
  configurationId,
  credentialFor,
  proofOfKey,
  testIssuer,
  tokenFor,
} from '../testing/issuer.testing.ts'
import { startBulkWork } from './bulk-work.ts'

const services: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

interface Asked {
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Job {
  readonly id: string
  readonly state: string
  readonly rows: number
  readonly offered: number
  readonly failed: number
  readonly skipped: number
  readonly mistakes: readonly { readonly line: number; readonly message: string }[]
}

interface Told {
  readonly row: number
  readonly line: number
  readonly externalId?: string
  readonly sessionId?: string
  readonly url?: string
  readonly txCodeValue?: string
  readonly error?: string
}

async function served(issuer: Issuer) {
  const service: HttpService = await createHttpService({
    ...issuerService(issuer, { displayName: 'Test' }),
    config: servedConfig(issuer),
    checks: [],
  })
  services.push(service)
  const ask = async (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    payload?: string | object,
    headers = {},
  ) => {
    const answer = await service.app.inject({
      method,
      url,
      headers,
      ...(payload !== undefined && { payload }),
    })
    const { body: text, statusCode: status, headers: told } = answer
    const json =
      text.startsWith('{') && !text.includes('\n') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status, text, told, job: json as unknown as Job, message: String(json['message']) }
  }
  return {
    ask,
    profile: async (name: string, more: object = {}) => {
      const { status } = await ask('PUT', `/openid4vc/profiles/${name}`, {
        credentialConfigurationId: configurationId,
        ...more,
      })
      expect(status).toBe(201)
    },
    give: (
      name: string,
      text: string,
      { headers = {}, type = 'application/jsonl' }: Asked = {},
      query = '',
    ) => ask('POST', `/openid4vc/profiles/${name}/bulk${query}`, text, { 'content-type': type, ...headers }),
    job: async (id: string) => (await ask('GET', `/openid4vc/bulk/${id}`)).job,
    offers: async (id: string, query = '') => {
      const { text, status } = await ask('GET', `/openid4vc/bulk/${id}/offers${query}`)
      expect(status).toBe(200)
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Told)
    },
  }
}

type Served = Awaited<ReturnType<typeof served>>

const silent = { warn: () => {} }

function working(issuer: Issuer): { close(): Promise<void>; stop(): Promise<void> } {
  const work = startBulkWork({ issuer, tell: BULK_WORDS.offer, keptSeconds: 600, log: silent, everyMs: 10 })
  const stop = async () => work.close()
  services.push({ close: stop })
  return { close: stop, stop }
}

async function ended(api: Served, id: string, state = 'completed'): Promise<Job> {
  let job: Job | undefined
  let before = 0
  await eventually(`the job is ${state}`, async () => {
    job = await api.job(id)
    const done = job.offered + job.failed
    expect(done).toBeGreaterThanOrEqual(before)
    before = done
    return job.state === state
  })
  if (job === undefined) throw new Error('there is no job')
  return job
}

const person = (at: number) => ({ ...claims, given_name: `Ada ${at}` })
const lines = (count: number, from = 1) =>
  Array.from(
    { length: count },
    (_, at) => `${JSON.stringify({ externalId: `no-${from + at}`, claims: person(from + at) })}\n`,
  ).join('')

/** The claims that a wallet gets for it. */
async function nameIn(deployment: TestDeployment, { sessionId = '', txCodeValue }: Told): Promise<string> {
  const { offerOf } = await import('../offer/create-offer.ts')
  const session = await deployment.issuer.sessions.get(sessionId)
  if (session === undefined) throw new Error('there is no such session')
  const offer = (await offerOf(deployment.issuer, session.value)) as {
    grants: Record<string, { 'pre-authorized_code': string }>
  }
  const code = Object.values(offer.grants)[0]?.['pre-authorized_code'] ?? ''
  const token = await tokenFor(deployment, code, undefined, txCodeValue)
  const credential = await credentialFor(deployment, token, await proofOfKey(deployment, newKey()))
  const disclosed = credential
    .split('~')
    .slice(1, -1)
    .map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string, unknown])
  const name = disclosed.find(([, claim]) => claim === 'given_name')?.[2]
  return typeof name === 'string' ? name : 'nobody'
}

/** Counts the sessions that are made, and lets a test come between or after. */
function watching(
  issuer: Issuer,
  on: { before?: (made: number) => Promise<void>; after?: (made: number) => Promise<void> } = {},
) {
  const made: string[] = []
  const sessions: Issuer['sessions'] = {
    ...issuer.sessions,
    create: async (id, session, ttlSeconds) => {
      await on.before?.(made.length + 1)
      const isNew = await issuer.sessions.create(id, session, ttlSeconds)
      if (isNew) made.push(id)
      await on.after?.(made.length)
      return isNew
    },
  }
  return { made, issuer: { ...issuer, sessions } }
}

async function rowsOf({ db }: IssuerDatabase, id: string) {
  return db.selectFrom('bulk_rows').selectAll().where('job_id', '=', id).orderBy('position').execute()
}

onBothDatabases('a bulk', (database) => {
  it('of JSON lines gets an offer a row, and keeps nothing of what a row said', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const api = await served(issuer)
    await api.profile('lines')
    const given = `${lines(2)}\r\n${JSON.stringify({ claims: person(3) })}`
    const taken = await api.give('lines', given)
    expect([taken.status, taken.job.state, taken.job.rows, taken.job.offered]).toEqual([
      202,
      'offering',
      3,
      0,
    ])
    expect(await api.offers(taken.job.id)).toEqual([])
    working(issuer)
    expect(await ended(api, taken.job.id)).toMatchObject({ rows: 3, offered: 3, failed: 0, skipped: 0 })
    const offers = await api.offers(taken.job.id)
    expect(offers.map(({ externalId, line, row }) => [row, line, externalId])).toEqual([
      [1, 1, 'no-1'],
      [2, 2, 'no-2'],
      [3, 4, undefined],
    ])
    expect(await Promise.all(offers.map((offer) => nameIn(deployment, offer)))).toEqual([
      'Ada 1',
      'Ada 2',
      'Ada 3',
    ])
    expect(offers.map(({ url = '' }) => new URL(url).searchParams.get('credential_offer_uri'))).toEqual(
      offers.map(({ sessionId = '' }) => `https://issuer.example/credentialOffer?id=${sessionId}`),
    )
    expect((await api.offers(taken.job.id, '?after=2')).map(({ row }) => row)).toEqual([3])
    const kept = JSON.stringify(await rowsOf(database(), taken.job.id))
    for (const secret of ['Ada', 'no-1', 'openid-credential-offer']) expect(kept).not.toContain(secret)
    expect((await rowsOf(database(), taken.job.id)).every(({ content }) => content === null)).toBe(true)
  })

  it('whose instance dies between an offer and what is written of it goes on at another, and makes none twice', async () => {
    const deployment = newDeployment(database())
    const never = new Promise<void>(() => {})
    let reached = () => {}
    const died = new Promise<void>((resolve) => {
      reached = resolve
    })
    // In the second batch: its offers are there, and nobody has written so.
    const dying = watching(deployment.instance(), {
      after: async (made) => {
        if (made <= 50) return
        reached()
        await never
      },
    })
    const other = watching(deployment.instance())
    const api = await served(other.issuer)
    await api.profile('dying')
    const { job } = await api.give('dying', lines(130))
    const first = startBulkWork({
      issuer: dying.issuer,
      tell: BULK_WORDS.offer,
      keptSeconds: 600,
      log: silent,
      everyMs: 10,
    })
    await died
    working(other.issuer)
    expect((await api.job(job.id)).offered).toBe(40)
    deployment.clock.now += 20
    expect(await ended(api, job.id)).toMatchObject({ rows: 130, offered: 130, failed: 0 })
    const offers = await api.offers(job.id)
    const ids = offers.map(({ sessionId }) => sessionId)
    expect(new Set(ids).size).toBe(130)
    expect(new Set([...dying.made, ...other.made])).toEqual(new Set(ids))
    expect(dying.made.length + other.made.length).toBe(130)
    expect(dying.made.length).toBeGreaterThan(50)
    expect(offers.map(({ externalId }) => externalId)).toEqual(
      Array.from({ length: 130 }, (_, at) => `no-${at + 1}`),
    )
    void first.close()
    first.cut()
  })

  it('is written by nobody whose lease is over, however late he wakes', async () => {
    const deployment = newDeployment(database())
    let wake = () => {}
    const slept = new Promise<void>((resolve) => {
      wake = resolve
    })
    let reached = () => {}
    const asleep = new Promise<void>((resolve) => {
      reached = resolve
    })
    const late = watching(deployment.instance(), {
      before: async (made) => {
        if (made < 3) return
        reached()
        await slept
      },
    })
    const other = watching(deployment.instance())
    const api = await served(other.issuer)
    await api.profile('late')
    const { job } = await api.give('late', lines(10))
    const lateWork = working(late.issuer)
    await asleep
    deployment.clock.now += 20
    const otherWork = working(other.issuer)
    await ended(api, job.id)
    await otherWork.stop()
    // Everything is over and forgotten, and then he goes on with what he began.
    deployment.clock.now += 10_000
    wake()
    await lateWork.stop()
    expect(await api.job(job.id)).toMatchObject({ offered: 10, failed: 0, state: 'completed' })
    for (const id of late.made) {
      const session = await deployment.issuer.sessions.get(id)
      expect(session?.value.expiresAt ?? 0).toBeLessThan(deployment.clock.now)
    }
  })

  it('that is cancelled makes no more, and forgets what waits; what was made stands', async () => {
    const deployment = newDeployment(database())
    let job = ''
    const some = watching(deployment.instance(), {
      after: async (made) => {
        if (made === 60)
          expect((await api.ask('DELETE', `/openid4vc/bulk/${job}`)).job.state).toBe('cancelling')
      },
    })
    const api = await served(some.issuer)
    await api.profile('cancelled')
    job = (await api.give('cancelled', lines(300))).job.id
    working(some.issuer)
    const end = await ended(api, job, 'cancelled')
    expect(end).toMatchObject({ rows: 300, offered: 80, failed: 0 })
    expect(await api.offers(job)).toHaveLength(80)
    expect(await rowsOf(database(), job)).toHaveLength(80)
    expect(some.made).toHaveLength(80)
    expect((await api.ask('DELETE', `/openid4vc/bulk/${job}`)).job.state).toBe('cancelled')
  })

  it('under a key is one job, also when the input comes again; another input under it is refused', async () => {
    const deployment = newDeployment(database())
    const [a, b] = [await served(deployment.instance()), await served(deployment.instance())]
    await a.profile('keyed')
    const headers = { 'idempotency-key': 'order-1' }
    const first = await a.give('keyed', lines(3), { headers })
    const again = await b.give('keyed', lines(3), { headers })
    expect([first.status, again.status, again.job.id]).toEqual([202, 202, first.job.id])
    expect(again.told['idempotent-replayed']).toBe('true')
    expect((await b.give('keyed', lines(4), { headers })).status).toBe(422)
    expect((await b.give('keyed', lines(3), { headers: { ...headers, sessionttl: '60' } })).status).toBe(422)
    const other = await b.give('keyed', lines(3), { headers: { 'idempotency-key': 'order-2' } })
    expect(other.job.id).not.toBe(first.job.id)
    // What was refused began nothing: put right, it is taken under its key.
    const wrong = { headers: { 'idempotency-key': 'order-3' } }
    expect((await a.give('keyed', '{}\n{"claims":1}', wrong)).status).toBe(400)
    expect((await a.give('keyed', lines(1), wrong)).status).toBe(202)
  })

  it('is deleted when its time is over, and so is an input whose reader died', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const api = await served(issuer)
    await api.profile('old')
    const { job } = await api.give('old', lines(3))
    const work = working(issuer)
    await ended(api, job.id)
    await work.stop()
    const { beginReading, writeRows } = await import('./bulk-jobs.ts')
    const shelf = { database: issuer.database, columns: issuer.columns }
    const reading = {
      id: 'dead',
      content: null,
      profile_name: 'old',
      profile_version: 1,
      terms: { profile: {} as never },
    }
    const begun = await beginReading(shelf, reading, deployment.clock.now)
    if (begun.outcome !== 'begun') throw new Error('it was not begun')
    const row = {
      job_id: 'dead',
      position: 1,
      line: 1,
      session_id: 's',
      external_id: null,
      content: 'x',
      outcome: null,
    }
    expect(await writeRows(shelf, begun.lease, [row], deployment.clock.now)).toBe(true)
    deployment.clock.now += 601
    working(issuer)
    await eventually('both are gone', async () => (await rowsOf(database(), 'dead')).length === 0)
    await eventually(
      'both are gone',
      async () => (await api.ask('GET', `/openid4vc/bulk/${job.id}`)).status === 404,
    )
    expect(await writeRows(shelf, begun.lease, [{ ...row, position: 2 }], deployment.clock.now)).toBe(false)
  })
})

const NEVER_ASKED: Issuer['claimsWebhooks'] = {
  judge: () => undefined,
  ask: () => Promise.reject(new Error('nobody is asked before a wallet comes')),
}

onSqlite('the input of a bulk', (database) => {
  const open = async (more: object = {}) => {
    const deployment = newDeployment(database())
    const everything = withEverything({ issuer: deployment.instance(), clock: deployment.clock }).issuer
    const issuer: Issuer = { ...everything, claimsWebhooks: NEVER_ASKED }
    const api = await served(issuer)
    const name = `p${Math.round(performance.now() * 1000)}`
    await api.profile(name, more)
    return { api, deployment, issuer, name }
  }

  it('as CSV has claims by their names and by pointers, quoted as RFC 4180 says, and no text where the type wants none', async () => {
    const { api, deployment, issuer, name } = await open()
    const csv =
      '\uFEFFexternalId,given_name,family_name,birthdate,/address/locality,is_over_18,email\r\n' +
      '7,"Ada ""the, first""",Example,1990-01-01,"Two\r\nlines",true,\r\n' +
      '8,Bob,Example,1991-01-01,,false,b@example.com\r\n'
    const taken = await api.give(name, csv, { type: 'text/csv; charset=utf-8' })
    expect([taken.status, taken.message, taken.job.rows]).toEqual([202, 'undefined', 2])
    working(issuer)
    await ended(api, taken.job.id)
    const [first, second] = await api.offers(taken.job.id)
    expect([first?.line, first?.externalId, second?.line, second?.externalId]).toEqual([2, '7', 4, '8'])
    const session = await deployment.issuer.sessions.get(first?.sessionId ?? '')
    const promised = session !== undefined && 'promised' in session.value ? session.value.promised : []
    expect(promised?.[0]?.claims).toMatchObject({
      given_name: 'Ada "the, first"',
      address: { locality: 'Two\r\nlines' },
      is_over_18: true,
    })
    const text = (
      await api.ask('GET', `/openid4vc/bulk/${taken.job.id}/offers`, undefined, { accept: 'text/csv' })
    ).text
    expect(text.split('\r\n')[0]).toBe('row,line,externalId,sessionId,url,expiresAt,txCodeValue,error')
    expect(text.split('\r\n')[1]).toMatch(/^1,2,7,[\w-]{22},openid-credential-offer:\/\/\S+,\d+,,$/)
  })

  it('that has mistakes is told all of them by their lines, and nothing is offered or kept', async () => {
    const { api, name } = await open()
    const given = [
      JSON.stringify({ claims: person(1) }),
      'no json',
      JSON.stringify({ claims: { ...person(1), birthdate: 'yesterday' } }),
      JSON.stringify({ claim: person(1) }),
      `{"claims":{"given_name":"${'x'.repeat(65_536)}"}}`,
      JSON.stringify({ claims: person(2), externalId: '' }),
    ].join('\n')
    const { message, status } = await api.give(name, given)
    expect(status).toBe(400)
    expect(message).toContain('Nothing is offered: 5 rows are wrong; line 2: is not a JSON object')
    for (const line of [3, 4, 5, 6]) expect(message).toContain(`; line ${line}: `)
    expect(message).not.toContain('line 1:')
    expect(message).toContain('line 5: is longer than 65536 bytes')
    const left = await database()
      .db.selectFrom('bulk_jobs')
      .select('id')
      .where('profile_name', '=', name)
      .execute()
    expect(left).toEqual([])
  })

  it('that has mistakes is offered without them where the caller wants it so', async () => {
    const { api, issuer, name } = await open()
    const wrong = Array.from({ length: 150 }, () => '{"claims":{}}\n').join('')
    const taken = await api.give(name, `${lines(2)}${wrong}${lines(1, 3)}`, {}, '?onMistake=skip')
    expect(taken.job).toMatchObject({ rows: 3, skipped: 150 })
    expect(taken.job.mistakes).toHaveLength(100)
    expect(taken.job.mistakes[0]?.line).toBe(3)
    working(issuer)
    await ended(api, taken.job.id)
    expect((await api.offers(taken.job.id)).map(({ line }) => line)).toEqual([1, 2, 153])
    expect((await api.give(name, wrong, {}, '?onMistake=skip')).status).toBe(400)
    expect((await api.give(name, wrong, {}, '?onMistake=pass')).status).toBe(400)
  })

  it.each([
    ['a quote that is never closed', 'given_name,family_name\n"Ada,Example\n', 'line 2: a quote is opened'],
    ['a name that is no column', 'given_name,\nAda,Example\n', 'line 1: "" is no column'],
    [
      'a column that stands there twice',
      'given_name,given_name\nAda,Ada\n',
      'line 1: the column "given_name" writes',
    ],
    [
      'a column within another',
      '/address,/address/locality\n{},Berlin\n',
      'line 1: the column "/address/locality"',
    ],
    [
      'a row with more fields than names',
      'given_name,family_name\nAda,Example,1\n',
      'line 2: has 3 fields where',
    ],
    [
      'no JSON where the claim is no text',
      'given_name,is_over_18\nAda,yes\n',
      'line 2: is_over_18: claims of this',
    ],
    ['a record without an end', `given_name\n"${'x'.repeat(70_000)}`, 'line 2: a record is longer'],
    ['nothing', '', 'There is no row'],
    ['a line of names alone', 'given_name\n', 'There is no row'],
    ['a name of the language', '__proto__,given_name\n1,Ada\n', 'line 1: "__proto__" is no column'],
  ])('as CSV with %s is refused', async (_, csv, expected) => {
    const { api, name } = await open()
    const { message, status } = await api.give(name, csv, { type: 'text/csv' })
    expect([status, message]).toEqual([400, expect.stringContaining(expected)])
  })

  it.each([
    [
      'a profile that asks for claims',
      { claims: { source: 'webhook', url: 'https://register.example/claims' } },
    ],
  ])('for %s has none, and says whose they are', async (_, more) => {
    const { api, issuer, name } = await open(more)
    expect((await api.give(name, lines(1))).message).toContain('line 1: claims: this profile asks for them')
    const taken = await api.give(name, 'externalId\n1\n2\n', { type: 'text/csv' })
    expect(taken.job.rows).toBe(2)
    working(issuer)
    expect((await ended(api, taken.job.id)).offered).toBe(2)
  })

  it('for a profile with transaction codes has one told for each, which is the one that counts', async () => {
    const { api, deployment, issuer, name } = await open({ txCode: { length: 6 } })
    const { job } = await api.give(
      name,
      `${lines(1)}${JSON.stringify({ claims: person(2), txCodeValue: '4711' })}`,
    )
    working(issuer)
    await ended(api, job.id)
    const offers = await api.offers(job.id)
    expect(offers.map(({ txCodeValue }) => txCodeValue)).toEqual([expect.stringMatching(/^\d{6}$/), '4711'])
    expect(await Promise.all(offers.map((offer) => nameIn(deployment, offer)))).toEqual(['Ada 1', 'Ada 2'])
  })

  it('is refused without a database, for a profile that is not there, and of another kind', async () => {
    const api = await served(testIssuer().issuer)
    expect((await api.give('any', lines(1))).status).toBe(409)
    const { api: other, name } = await open()
    expect((await other.give('nobody', lines(1))).status).toBe(404)
    expect((await other.give(name, lines(1), { type: 'application/json' })).status).toBe(415)
    expect((await other.ask('GET', '/openid4vc/bulk/nobody')).status).toBe(404)
    expect((await other.ask('GET', '/openid4vc/bulk/nobody/offers')).status).toBe(404)
    expect((await other.ask('DELETE', '/openid4vc/bulk/nobody')).status).toBe(404)
  })

  it('waits while the session store is away, and no row fails for it', async () => {
    const { api, issuer, name } = await open()
    let away = true
    const { job } = await api.give(name, lines(5))
    const lame = watching(issuer, {
      before: async () => {
        if (away) throw new StoreUnavailable('away')
      },
    })
    const first = working(lame.issuer)
    await eventually(
      'it was tried',
      async () =>
        (
          await database()
            .db.selectFrom('bulk_jobs')
            .select('fence')
            .where('id', '=', job.id)
            .executeTakeFirstOrThrow()
        ).fence > 1,
    )
    expect(await api.job(job.id)).toMatchObject({ state: 'offering', offered: 0, failed: 0 })
    away = false
    await first.stop()
  })

  it('that is more than the profile can issue by then says so at its row', async () => {
    const { api, issuer, name } = await open()
    const { job } = await api.give(name, lines(2))
    working({ ...issuer, types: new Map() })
    expect(await ended(api, job.id)).toMatchObject({ offered: 0, failed: 2 })
    expect((await api.offers(job.id)).map(({ error }) => error)).toEqual([
      expect.stringContaining('Unknown credentialConfigurationId'),
      expect.stringContaining('Unknown credentialConfigurationId'),
    ])
  })
})
