import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clusterCounts } from '@countersign/api/cluster/counts'
import { clusterInstances } from '@countersign/api/cluster/instances'
import { isJsonObject, type JsonValue } from '@countersign/core/json'
import { freePort } from '@countersign/local-servers/ports'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import type { SessionEvent } from '@countersign/protocol/session-event'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeLogsTo } from '../operation/log.ts'
import { configure } from './configure.ts'
import { type RunningService, runService } from './run-service.ts'
import { openRuntime } from './runtime.ts'

const PERSON = 'Erika-Mustermann-4711'

let cwd: string
let redis: RedisServer
const running: RunningService[] = []
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-cluster-'))
  writeLogsTo({ write: () => {} })
  redis = await startRedis()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.close()))
})
afterAll(async () => {
  writeLogsTo(undefined)
  await redis.stop()
  await rm(cwd, { recursive: true })
})

interface Place {
  readonly service: string
  readonly instance: string
  readonly sessions?: string
  readonly argv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const counted = { state: 'created', createdAt: 1_800_000_000, events: [] as readonly SessionEvent[] }

async function start({ service, instance, sessions, argv = [], env = {} }: Place) {
  const given = [
    `--data=${cwd}`,
    '--drainSeconds=0',
    `--instance=${instance}`,
    ...(sessions === undefined ? [] : [`--sessions=${sessions}`]),
    ...argv,
  ]
  const place = { argv: given, env, cwd, defaultPort: await freePort() }
  const runtime = await openRuntime(await configure({ service, extra: {}, managementDoor: false }, place))
  const things = runtime.stores.stepped<typeof counted>('verification', 1)
  const started = await runService(runtime, {
    title: 'A service',
    description: 'of a test',
    routes: (app) => {
      app.get('/things/:id', { config: { door: 'open', limited: false } }, async (request) => {
        const { id } = request.params as { id: string }
        return { made: await things.sessions.create(id, counted, 60) }
      })
    },
  })
  running.push(started)
  return started
}

async function ask(service: RunningService, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(service.url + path, { headers })
  return { status: answer.status, body: (await answer.json()) as JsonValue }
}

const instancesAt = async (service: RunningService) =>
  clusterInstances.parse((await ask(service, '/cluster/instances')).body)
const countsAt = async (service: RunningService) =>
  clusterCounts.parse((await ask(service, '/cluster/counts')).body)

describe('services of one deployment', () => {
  it('see each other at every door, count together, and tell of nobody', async () => {
    const sessions = redis.url
    const verifier = await start({ service: 'verifier', instance: 'verifier-1', sessions })
    const wallet = await start({ service: 'wallet', instance: 'wallet-1', sessions })
    const both = async () => {
      const seen = await Promise.all([instancesAt(verifier), instancesAt(wallet)])
      return seen.every(({ instances }) => instances.length === 2)
    }
    await eventually('both see both', both)
    expect(await instancesAt(wallet)).toMatchObject({
      shared: true,
      gone: [],
      instances: [
        { service: 'verifier', instance: 'verifier-1', self: false, state: 'up', store: { kind: 'redis' } },
        { service: 'wallet', instance: 'wallet-1', self: true },
      ],
    })
    for (let at = 0; at < 4; at += 1) await ask(at % 2 ? verifier : wallet, `/things/${PERSON}-${at}`)
    await ask(wallet, `/nothing/${PERSON}?name=${PERSON}`, { 'user-agent': PERSON, 'x-request-id': PERSON })
    const allCounted = async () =>
      (await countsAt(verifier)).sessions.find(({ kind }) => kind === 'verification')?.entered['created'] ===
      4
    await eventually('all four are counted', allCounted)
    const told = [
      (await ask(verifier, '/cluster/instances')).body,
      (await ask(verifier, '/cluster/counts')).body,
    ]
    expect(JSON.stringify(told)).not.toContain(PERSON)
    expect([...namesIn(told)].filter((name) => !NAMES.has(name))).toEqual([])
    expect([...textsIn(told)].filter((text) => !TEXT.test(text))).toEqual([])
    await wallet.close()
    const { gone, instances } = await instancesAt(verifier)
    expect(instances.map(({ instance }) => instance)).toEqual(['verifier-1'])
    expect(gone).toMatchObject([{ instance: 'wallet-1', how: 'stopped' }])
  })

  it('are alone in the memory of their processes', async () => {
    const one = await start({ service: 'verifier', instance: 'one' })
    const two = await start({ service: 'verifier', instance: 'two' })
    for (const service of [one, two]) {
      await eventually('it knows itself', async () => (await instancesAt(service)).instances.length === 1)
      const { instances, shared } = await instancesAt(service)
      expect([shared, instances[0]?.self, instances[0]?.store.kind]).toEqual([false, true, 'memory'])
      expect(instances[0]).not.toHaveProperty('clockDifferenceSeconds')
    }
  })

  it('answer 503 while the store is away', async () => {
    const own = await startRedis()
    const service = await start({ service: 'verifier', instance: 'one', sessions: own.url })
    await own.stop()
    await eventually('it is away', async () => (await ask(service, '/cluster/instances')).status === 503)
    expect((await ask(service, '/cluster/counts')).status).toBe(503)
  })
})

describe('the door to it', () => {
  const argv = ['--mode=production', '--webHost=127.0.0.1']
  const data = () => `--data=${join(cwd, 'production')}`
  const env = { COUNTERSIGN_SECRET: 's'.repeat(40) }

  it('is shut in production without a key, and the service runs', async () => {
    const service = await start({ service: 'wallet', instance: 'one', argv: [...argv, data()], env })
    expect((await ask(service, '/livez')).status).toBe(200)
    for (const path of ['/cluster/instances', '/cluster/counts']) {
      const headers = { host: 'localhost', 'x-api-key': '', authorization: 'Bearer x' }
      expect((await ask(service, path, headers)).status).toBe(403)
    }
  })

  it('is opened by the key where there is one', async () => {
    const keyed = { ...env, COUNTERSIGN_MANAGEMENT_API_KEY: 'k'.repeat(20) }
    const service = await start({ service: 'wallet', instance: 'one', argv: [...argv, data()], env: keyed })
    expect((await ask(service, '/cluster/instances')).status).toBe(401)
    expect((await ask(service, '/cluster/instances', { 'x-api-key': 'k'.repeat(20) })).status).toBe(200)
  })

  it('is shut to a page of another site in development', async () => {
    const service = await start({ service: 'wallet', instance: 'one' })
    expect((await ask(service, '/cluster/counts', { origin: 'https://evil.example' })).status).toBe(403)
  })

  it('knows no parameters', async () => {
    const service = await start({ service: 'wallet', instance: 'one' })
    expect((await ask(service, '/cluster/counts?all=true')).status).toBe(400)
  })
})

/** Every member that either answer may have, and what a text in them may be. */
const NAMES = new Set(
  [
    'at shared instances gone service instance process version startedAt state self toldAt how',
    'requests total perSecond inFlight errors refused recentRequests latencyMs p50 p95 p99',
    'eventLoopDelayMs mean max memoryBytes store kind clockDifferenceSeconds since sessions entered created',
  ].flatMap((names) => names.split(' ')),
)
const TEXT =
  /^(verifier|wallet|(verifier|wallet)-1|[A-Za-z0-9_-]{8}|\d+\.\d+\.\d+|up|stopped|silent|redis|verification)$/

function namesIn(value: JsonValue): ReadonlySet<string> {
  const inside = isJsonObject(value) ? Object.keys(value) : []
  return new Set([...inside, ...partsOf(value).flatMap((part) => [...namesIn(part)])])
}

function textsIn(value: JsonValue): ReadonlySet<string> {
  return new Set([
    ...(typeof value === 'string' ? [value] : []),
    ...partsOf(value).flatMap((part) => [...textsIn(part)]),
  ])
}

function partsOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  return isJsonObject(value) ? Object.values(value) : []
}
