/** Calls under an `Idempotency-Key`, over HTTP and on several instances: each is done once, and answered alike. */
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { StoreUnavailable } from '@countersign/stores/ports'
import { afterEach, describe, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import type { Issuer } from '../issuer.ts'
import { newDeployment, onBothDatabases, onSqlite } from '../testing/durable.testing.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'
import { claims, configurationId, testIssuer } from '../testing/issuer.testing.ts'
import { KEPT_SECONDS, TURN_SECONDS } from './kept-calls.ts'

const services: HttpService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

const order = { credentialConfigurationId: configurationId, credentialData: claims }
const ISSUE = '/openid4vc/sdjwt/issue'

interface Call {
  readonly key?: string
  readonly url?: string
  readonly body?: object | string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: 'POST' | 'PUT'
}

async function served(issuer: Issuer) {
  const service = await createHttpService({
    ...issuerService(issuer, { displayName: 'Test' }),
    config: servedConfig(issuer),
    checks: [],
  })
  services.push(service)
  return async ({ key, url = ISSUE, body = order, headers = {}, method = 'POST' }: Call = {}) => {
    const answer = await service.app.inject({
      method,
      url,
      headers: {
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
        ...headers,
      },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const { body: text, headers: told, statusCode: status } = answer
    return { status, text, type: told['content-type'], retryAfter: told['retry-after'], told }
  }
}

/** Counts the sessions that are made, and lets a test come between. */
function counting(issuer: Issuer, before: () => Promise<void> = async () => {}) {
  const made: string[] = []
  const sessions: Issuer['sessions'] = {
    ...issuer.sessions,
    create: async (id, session, ttlSeconds) => {
      await before()
      made.push(id)
      return issuer.sessions.create(id, session, ttlSeconds)
    },
  }
  return { made, issuer: { ...issuer, sessions } }
}

onBothDatabases('calls under a key', (database) => {
  it('that come ten times at once, at two instances, are done once each', async () => {
    const deployment = newDeployment(database())
    const [a, b] = [counting(deployment.instance()), counting(deployment.instance())]
    const instances = [await served(a.issuer), await served(b.issuer)]
    const answersOf = async (number: number) => {
      const body = { ...order, credentialData: { ...claims, given_name: `Ada ${number}` } }
      const once = async (at: number): Promise<string> => {
        for (;;) {
          const answer = await instances[at % 2]?.({ key: `order-${number}`, body })
          if (answer?.status !== 409) return `${answer?.status} ${answer?.text}`
          expect(answer.retryAfter).toBe('1')
        }
      }
      return Promise.all(Array.from({ length: 10 }, (_, at) => once(at)))
    }
    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => answersOf(number)))
    expect(answers.map((of) => new Set(of).size)).toEqual(answers.map(() => 1))
    expect(new Set(answers.flat()).size).toBe(50)
    expect(answers.flat().every((text) => text.startsWith('200 openid-credential-offer://'))).toBe(true)
    expect(a.made.length + b.made.length).toBe(50)
  }, 60_000)

  it('of an instance that died are done by another when its turn is over, and it answers nothing any more', async () => {
    const deployment = newDeployment(database())
    let wake = () => {}
    const slept = new Promise<void>((resolve) => {
      wake = resolve
    })
    let begun = () => {}
    const begins = new Promise<void>((resolve) => {
      begun = resolve
    })
    const dying = counting(deployment.instance(), async () => {
      begun()
      await slept
    })
    const [a, b] = [await served(dying.issuer), await served(deployment.instance())]
    const late = a({ key: 'dying' })
    await begins
    deployment.clock.now += TURN_SECONDS - 1
    expect(await b({ key: 'dying' })).toMatchObject({ status: 409, retryAfter: '1' })
    deployment.clock.now += 1
    const answer = await b({ key: 'dying' })
    expect(answer.status).toBe(200)
    wake()
    expect(await late).toMatchObject({ status: 409 })
    expect(await a({ key: 'dying' })).toMatchObject({ status: 200, text: answer.text })
  })

  it('that met a fault of ours may be tried again', async () => {
    let faults = 1
    const instance = counting(newDeployment(database()).instance(), async () => {
      if (faults-- > 0) throw new StoreUnavailable('away')
    })
    const call = await served(instance.issuer)
    expect(await call({ key: 'faulty' })).toMatchObject({ status: 503 })
    const answer = await call({ key: 'faulty' })
    expect(answer.status).toBe(200)
    expect(await call({ key: 'faulty' })).toMatchObject({ text: answer.text })
    expect(instance.made).toHaveLength(1)
  })

  it('are forgotten after a day', async () => {
    const deployment = newDeployment(database())
    const call = await served(deployment.instance())
    const first = await call({ key: 'of-a-day' })
    await call({ key: 'of-a-day-and-never-again' })
    deployment.clock.now += KEPT_SECONDS - 1
    expect((await call({ key: 'of-a-day' })).text).toBe(first.text)
    deployment.clock.now += 1
    const next = await call({ key: 'of-a-day' })
    expect(next.status).toBe(200)
    expect(next.text).not.toBe(first.text)
    deployment.clock.now += 60
    await call({ key: 'of-the-next-day' })
    const { now } = deployment.clock
    const old = await database()
      .db.selectFrom('idempotent_calls')
      .where('ends_at', '<=', now)
      .selectAll()
      .execute()
    expect(old.map(({ id }) => id)).toEqual([])
  })
})

onSqlite('a call under a key', (database) => {
  it('is answered to the byte as before, in the form of the first answer, and says so', async () => {
    const call = await served(newDeployment(database()).instance())
    const asked = { key: 'bytes', headers: { accept: 'application/json' } }
    const first = await call(asked)
    expect(first).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' })
    expect(JSON.parse(first.text)).toMatchObject({ url: expect.stringContaining('credential_offer_uri') })
    expect(first.told['idempotent-replayed']).toBeUndefined()
    const second = await call(asked)
    expect(second).toMatchObject({ status: first.status, type: first.type, text: first.text })
    expect(second.told['idempotent-replayed']).toBe('true')
  })

  it('that was refused is refused alike', async () => {
    const call = await served(newDeployment(database()).instance())
    const wrong = { key: 'wrong', body: { ...order, credentialData: { given_name: 'Ada' } } }
    const first = await call(wrong)
    expect(first).toMatchObject({ status: 400, type: 'application/json; charset=utf-8' })
    expect(first.text).toContain("must have required property 'family_name'")
    expect(await call(wrong)).toMatchObject({ status: 400, text: first.text })
  })

  it.each<[string, Call]>([
    ['another body', { body: { ...order, status: false } }],
    ['the same body written otherwise', { body: JSON.stringify(order, null, 1) }],
    ['another header that the route reads', { headers: { sessionttl: '60' } }],
    ['another form of the answer', { headers: { accept: 'application/json' } }],
  ])('is refused for %s', async (_what, other) => {
    const instance = counting(newDeployment(database()).instance())
    const call = await served(instance.issuer)
    const first = await call({ key: 'one' })
    const answer = await call({ key: 'one', ...other })
    expect(answer).toMatchObject({ status: 422 })
    expect(answer.text).toContain('used for another call')
    expect((await call({ key: 'one' })).text).toBe(first.text)
    expect(instance.made).toHaveLength(1)
  })

  it.each<[string, Call]>([
    ['of another caller', { headers: { 'x-api-key': 'somebody-else' } }],
    ['of another route', { url: '/openid4vc/jwt/issue' }],
    ['with another key', { key: 'another' }],
  ])('has nothing to do with one %s', async (_what, other) => {
    const call = await served(newDeployment(database()).instance())
    const first = await call({ key: 'mine' })
    const answer = await call({ key: 'mine', ...other })
    expect(answer.status).toBe(200)
    expect(answer.text).not.toBe(first.text)
  })

  it('without a key is done each time', async () => {
    const call = await served(newDeployment(database()).instance())
    expect((await call()).text).not.toBe((await call()).text)
  })

  it.each([
    ['a space', 'a b'],
    ['another character than visible ones of ASCII', 'kéy'],
    ['256 characters', 'k'.repeat(256)],
    ['nothing', ''],
  ])('is refused with a key of %s', async (_what, key) => {
    const answer = await (await served(newDeployment(database()).instance()))({ key })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('headers/idempotency-key: must be 1 to 255 visible characters')
  })

  it('takes a key of 255 characters', async () => {
    const call = await served(newDeployment(database()).instance())
    const key = '"'.repeat(255)
    expect((await call({ key })).text).toBe((await call({ key })).text)
  })

  it('that is not read is not kept: what its body is refused for is said each time', async () => {
    const call = await served(newDeployment(database()).instance())
    expect(await call({ key: 'unread', body: { unknown: 1 } })).toMatchObject({ status: 400 })
    expect(await call({ key: 'unread' })).toMatchObject({ status: 200 })
  })

  it('is sealed in the database, with whatever is in the answer', async () => {
    const call = await served(newDeployment(database()).instance())
    const body = { key: { backend: 'jwk', keyType: 'secp256r1' }, did: { method: 'jwk' } }
    const asked = { key: 'a-key-to-be-found', url: '/onboard/issuer', body }
    const first = await call(asked)
    const { issuerKey } = JSON.parse(first.text) as { issuerKey: { jwk: { d: string } } }
    expect(issuerKey.jwk.d).toMatch(/^[\w-]{43}$/)
    expect((await call(asked)).text).toBe(first.text)
    const dump = JSON.stringify(await database().db.selectFrom('idempotent_calls').selectAll().execute())
    expect(dump).not.toContain(issuerKey.jwk.d)
    expect(dump).not.toContain('a-key-to-be-found')
  })

  it.each(['POST', 'PUT'] as const)('changes a status by %s once, for one credential', async (method) => {
    const call = await served(newDeployment(database()).instance())
    const asked = { key: `status-${method}`, method, body: { status: 'revoked' } }
    const unknown = await call({ ...asked, url: '/openid4vc/credentials/nobody-has-this-id/status' })
    expect(unknown).toMatchObject({ status: 404 })
    const other = await call({ ...asked, url: '/openid4vc/credentials/nobody-has-that-id/status' })
    expect(other).toMatchObject({ status: 422 })
  })
})

describe('where there is no database', () => {
  it('the header is refused, and nothing is made', async () => {
    const instance = counting(testIssuer().issuer)
    const call = await served(instance.issuer)
    const answer = await call({ key: 'one' })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('Idempotency-Key cannot be kept')
    expect(instance.made).toEqual([])
    expect((await call()).status).toBe(200)
  })
})
