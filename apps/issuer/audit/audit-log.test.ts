/** The log of management calls over HTTP: what is in it, what is not, and that no call is done that it does not have. */
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { StoreUnavailable } from '@countersign/stores/ports'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { issuerService } from '../build.ts'
import type { Issuer } from '../issuer.ts'
import { newDeployment, onBothDatabases, onSqlite, watched } from '../testing/durable.testing.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { claims, configurationId, testIssuer } from '../testing/issuer.testing.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

const DAY = 86_400
const order = { credentialConfigurationId: configurationId, credentialData: claims }
const ISSUE = '/openid4vc/sdjwt/issue'

interface Entry {
  readonly at: number
  readonly caller?: string
  readonly method: string
  readonly route: string
  readonly path: string
  readonly status?: number
  readonly requestId: string
  readonly idempotencyKey?: string
}

async function served(issuer: Issuer, managementApiKey?: string) {
  const service = await createHttpService({
    ...issuerService(issuer, { displayName: 'Test' }),
    config: { ...servedConfig(issuer), ...(managementApiKey !== undefined && { managementApiKey }) },
    checks: [],
  })
  services.push(service)
  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ) => service.app.inject({ method, url, headers, ...(body && { payload: body }) })
  const page = async (query = '', headers = {}) =>
    (await call('GET', `/audit${query}`, undefined, headers)).json<{ calls: Entry[]; next?: string }>()
  return { call, page }
}

const kept = (issuer: Issuer, days = 30): Issuer => ({
  ...issuer,
  limits: { ...issuer.limits, auditSeconds: days * DAY },
})

onBothDatabases('the log of management calls', (database) => {
  it('has who called what, when, and how it ended, and is read in pages, newest first', async () => {
    const deployment = newDeployment(database())
    const { call, page } = await served(kept(deployment.instance()))
    const headers = { 'x-request-id': 'request-of-ada', 'idempotency-key': 'order-4711' }
    await call('POST', ISSUE, order, headers)
    deployment.clock.now += 1
    await call('PUT', '/openid4vc/profiles/members?', { credentialConfigurationId: 'nothing' })
    deployment.clock.now += 1
    await call('DELETE', '/openid4vc/profiles/members')
    deployment.clock.now += 1
    await call('GET', '/openid4vc/profiles')
    const first = await page('?limit=2')
    const { now } = deployment.clock
    expect(first.calls).toEqual([
      {
        at: now - 1,
        method: 'DELETE',
        route: '/openid4vc/profiles/:name',
        path: '/openid4vc/profiles/members',
        status: 404,
        requestId: expect.any(String),
      },
      expect.objectContaining({ at: now - 2, method: 'PUT', status: 400 }),
    ])
    const second = await page(`?limit=2&before=${first.next}`)
    expect(second).toEqual({
      calls: [
        {
          at: now - 3,
          method: 'POST',
          route: ISSUE,
          path: ISSUE,
          status: 200,
          requestId: 'request-of-ada',
          idempotencyKey: 'order-4711',
        },
      ],
    })
    const rows = JSON.stringify(await database().db.selectFrom('management_calls').selectAll().execute())
    expect(rows).not.toMatch(/Ada|Example|1990|order-4711/)
    await database().db.deleteFrom('management_calls').execute()
  })

  it('is kept for its days, and no longer', async () => {
    const deployment = newDeployment(database())
    const { call, page } = await served(kept(deployment.instance(), 2))
    await call('POST', ISSUE, order)
    deployment.clock.now += 2 * DAY
    expect((await page()).calls).toHaveLength(1)
    deployment.clock.now += 1
    expect((await page()).calls).toEqual([])
    deployment.clock.now += 60
    await call('POST', ISSUE, order)
    expect(await database().db.selectFrom('management_calls').select('id').execute()).toHaveLength(1)
    await database().db.deleteFrom('management_calls').execute()
  })
})

onSqlite('a management call', (database) => {
  it('that cannot be written down is not done', async () => {
    const deployment = newDeployment(database())
    let isAway = false
    const seen = watched(database(), {
      before: () => {
        if (isAway) throw new StoreUnavailable('away')
      },
    })
    const instance = kept(deployment.instance({ database: seen }))
    const create = vi.spyOn(instance.sessions, 'create')
    const { call } = await served(instance)
    isAway = true
    expect((await call('POST', ISSUE, order)).statusCode).toBe(503)
    expect(create).not.toHaveBeenCalled()
    isAway = false
    expect((await call('POST', ISSUE, order)).statusCode).toBe(200)
    expect(create).toHaveBeenCalledTimes(1)
    await database().db.deleteFrom('management_calls').execute()
  })

  it('that an instance died with has no end', async () => {
    const instance = kept(newDeployment(database()).instance())
    const create: Issuer['sessions']['create'] = () => new Promise(() => undefined)
    const { call } = await served({ ...instance, sessions: { ...instance.sessions, create } })
    void call('POST', ISSUE, order)
    const { page } = await served(instance)
    await vi.waitFor(async () => expect((await page()).calls).toHaveLength(1))
    expect((await page()).calls[0]).not.toHaveProperty('status')
    await database().db.deleteFrom('management_calls').execute()
  })

  it('is told by its caller, by nothing that says his credential, and is not there where the door was closed', async () => {
    const instance = kept(newDeployment(database()).instance())
    const { call, page } = await served(instance, 'the-key-of-management')
    const authorization = { authorization: 'Bearer the-key-of-management' }
    expect((await call('POST', ISSUE, order)).statusCode).toBe(401)
    await call('POST', ISSUE, order, authorization)
    await call('POST', ISSUE, order, { 'x-api-key': 'the-key-of-management' })
    const { calls } = await page('', authorization)
    expect(calls.map(({ status }) => status)).toEqual([200, 200])
    expect(new Set(calls.map(({ caller }) => caller)).size).toBe(1)
    expect(calls[0]?.caller).toMatch(/^[\w-]{16}$/)
    await database().db.deleteFrom('management_calls').execute()
  })

  it.each(['?limit=0', '?limit=101', '?before=x', '?since=1'])('log refuses %s', async (query) => {
    const { call } = await served(kept(newDeployment(database()).instance()))
    expect((await call('GET', `/audit${query}`)).statusCode).toBe(400)
  })
})

describe('where no log is kept', () => {
  it('calls are done, and the log is not there', async () => {
    for (const issuer of [testIssuer().issuer, kept(testIssuer().issuer)]) {
      const { call } = await served(issuer)
      expect((await call('POST', ISSUE, order)).statusCode).toBe(200)
      expect((await call('GET', '/audit')).statusCode).toBe(404)
    }
  })
})
