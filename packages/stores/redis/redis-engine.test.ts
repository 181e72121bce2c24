import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type FaultProxy, startFaultProxy } from '@countersign/local-servers/fault-proxy'
import { findProgram } from '@countersign/local-servers/find-program'
import { freePort } from '@countersign/local-servers/ports'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { createClient } from '@redis/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeDue } from '../due.contract.ts'
import { describeIndex } from '../index.contract.ts'
import { describeInstances } from '../instances.contract.ts'
import { type StoreEngine, StoreUnavailable } from '../ports.ts'
import { counter, describeStoreEngine, type StoreUnderTest } from '../session-stores.contract.ts'
import { textSessions } from '../text-sessions.ts'
import { openRedisEngine } from './redis-engine.ts'

async function twoInstances(): Promise<StoreUnderTest> {
  const server = await startRedis()
  const open = () => openRedisEngine({ url: server.url })
  return {
    open: async () => [await open(), await open()],
    pass: (ms) => sleep(ms),
    close: () => server.stop(),
  }
}

describeStoreEngine('redis', twoInstances)
describeDue('redis', twoInstances)
describeIndex('redis', twoInstances)
describeInstances('redis', twoInstances)

/** The operation fails as unavailable, and soon enough for somebody who waits for an answer. */
async function expectUnavailable(operation: () => Promise<unknown>): Promise<void> {
  await takesAtMost(2_000, () => expect(operation()).rejects.toThrow(StoreUnavailable))
}

function everyOperation(engine: StoreEngine): (() => Promise<unknown>)[] {
  const sessions = textSessions(engine.sessions('n'))
  const once = engine.once('n')
  return [
    () => sessions.create('new', 'v', 60),
    () => sessions.get('s'),
    () => sessions.compareAndSet('s', 1, 'v'),
    () => once.claim('k', 60),
    () => sessions.remove('s'),
    () => engine.signals('n').watch('t', () => {}),
    () => engine.due('n').put('s', 60_000),
    () => engine.due('n').lease(1, 1),
    () => engine.due('n').done({ id: 's', endsAt: 0, fence: 'none' }),
    () => engine.index('n').put('s', 1, 60),
    () => engine.index('n').page({ createdAt: 2 }, 1),
    () => engine.instances().tell('i', 'told'),
    () => engine.instances().read(60_000),
    () => engine.ping(500),
  ]
}

async function untilItAnswers(engine: StoreEngine): Promise<void> {
  await eventually('the engine comes back', () => engine.ping(500).then(() => true))
}

/** The connection for signals comes back on its own, up to half a second after the other. */
async function untilItWatches(engine: StoreEngine, onSignal: () => void): Promise<void> {
  await eventually('the engine watches again', () => engine.signals('n').watch('topic', onSignal))
}

describe('a redis connection cut between a write and its reply', () => {
  let server: RedisServer
  let proxy: FaultProxy
  let cut: StoreEngine
  let other: StoreEngine

  beforeAll(async () => {
    server = await startRedis()
    proxy = await startFaultProxy(server.port)
    cut = await openRedisEngine({ url: `redis://127.0.0.1:${proxy.port}` })
    other = await openRedisEngine({ url: server.url })
    // The scripts are known to the server from here on, so that one answer is one operation.
    for (const operation of everyOperation(cut)) await operation()
  })
  afterAll(async () => {
    await cut.close()
    await other.close()
    await proxy.close()
    await server.stop()
  })
  afterEach(() => expect(proxy.cuts()).toBeGreaterThan(0))

  it('a creation that was applied answers true', async () => {
    proxy.cutAtNextAnswer()
    expect(await textSessions(cut.sessions('a')).create('s', 'mine', 60)).toBe(true)
    expect(await textSessions(other.sessions('a')).get('s')).toEqual({ value: 'mine', version: 1 })
  })

  it('a creation of an id that another made answers false', async () => {
    await textSessions(other.sessions('b')).create('s', 'theirs', 60)
    proxy.cutAtNextAnswer()
    expect(await textSessions(cut.sessions('b')).create('s', 'mine', 60)).toBe(false)
    expect(await textSessions(other.sessions('b')).get('s')).toEqual({ value: 'theirs', version: 1 })
  })

  it('a setting that was applied answers true, and is applied once', async () => {
    await textSessions(other.sessions('c')).create('s', 'one', 60)
    proxy.cutAtNextAnswer()
    expect(await textSessions(cut.sessions('c')).compareAndSet('s', 1, 'two')).toBe(true)
    expect(await textSessions(other.sessions('c')).get('s')).toEqual({ value: 'two', version: 2 })
  })

  it('a setting that was applied answers true even when others wrote before the retry, and undoes nothing', async () => {
    const theirs = textSessions(other.sessions('d'))
    await theirs.create('s', 'one', 60)
    proxy.cutAtNextAnswer(async () => {
      expect(await theirs.compareAndSet('s', 2, 'three')).toBe(true)
      expect(await theirs.compareAndSet('s', 3, 'four')).toBe(true)
    })
    expect(await textSessions(cut.sessions('d')).compareAndSet('s', 1, 'two')).toBe(true)
    expect(await theirs.get('s')).toEqual({ value: 'four', version: 4 })
  })

  it('a creation that was applied answers true even when others set it before the retry', async () => {
    const theirs = textSessions(other.sessions('e'))
    proxy.cutAtNextAnswer(async () => {
      expect(await theirs.compareAndSet('s', 1, 'two')).toBe(true)
    })
    expect(await textSessions(cut.sessions('e')).create('s', 'one', 60)).toBe(true)
    expect(await theirs.get('s')).toEqual({ value: 'two', version: 2 })
  })

  it('a setting that lost answers false', async () => {
    await textSessions(other.sessions('f')).create('s', 'one', 60)
    await textSessions(other.sessions('f')).compareAndSet('s', 1, 'theirs')
    proxy.cutAtNextAnswer()
    expect(await textSessions(cut.sessions('f')).compareAndSet('s', 1, 'mine')).toBe(false)
    expect(await textSessions(other.sessions('f')).get('s')).toEqual({ value: 'theirs', version: 2 })
  })

  it('a claim that was made answers true, one that another made answers false', async () => {
    proxy.cutAtNextAnswer()
    expect(await cut.once('i').claim('mine', 60)).toBe(true)
    expect(await other.once('i').claim('mine', 60)).toBe(false)
    await other.once('i').claim('theirs', 60)
    proxy.cutAtNextAnswer()
    expect(await cut.once('i').claim('theirs', 60)).toBe(false)
  })

  it('leases that were given are given once, to whoever asked', async () => {
    const [mine, theirs] = [cut.due('l'), other.due('l')]
    for (const id of ['a', 'b', 'c']) await theirs.put(id, 0)
    proxy.cutAtNextAnswer(async () => {
      expect(await theirs.lease(10, 60_000)).toMatchObject([{ id: 'c' }])
    })
    const leased = await mine.lease(2, 60_000)
    // Given a second time they have one end and no order any more.
    expect(leased.map(({ id }) => id).toSorted()).toEqual(['a', 'b'])
    for (const lease of leased) expect(await mine.done(lease)).toBe(true)
    expect(await theirs.lease(10, 60_000)).toEqual([])
  })

  it('an end that was told answers true, and does not end the lease of another that came after it', async () => {
    const [mine, theirs] = [cut.due('m'), other.due('m')]
    await theirs.put('s', 0)
    const [lease] = await mine.lease(1, 60_000)
    if (lease === undefined) throw new Error('nothing was leased')
    proxy.cutAtNextAnswer(async () => {
      await theirs.put('s', 0)
      expect(await theirs.lease(1, 60_000)).toMatchObject([{ id: 's' }])
    })
    expect(await mine.done(lease)).toBe(true)
    await theirs.put('s', 0)
    expect(await mine.lease(1, 60_000)).toEqual([])
  })

  it('a put that was applied and looked at before the retry costs one look more', async () => {
    const [mine, theirs] = [cut.due('o'), other.due('o')]
    proxy.cutAtNextAnswer(async () => {
      const [lease] = await theirs.lease(1, 60_000)
      if (lease === undefined) throw new Error('the put was not applied')
      await theirs.done(lease)
    })
    await mine.put('s', 0)
    expect(await theirs.lease(10, 60_000)).toMatchObject([{ id: 's' }])
  })

  it('a connection on which nothing arrives any more is replaced, and the operation succeeds', async () => {
    const url = `redis://127.0.0.1:${proxy.port}`
    const patient = await openRedisEngine({ url, commandTimeoutMs: 2_500 })
    await untilItAnswers(patient)
    const connections = proxy.connections()
    proxy.freeze()
    const creating = textSessions(patient.sessions('k')).create('s', 'v', 60)
    await eventually('the connection is given up', () => proxy.connections() > connections)
    proxy.thaw()
    expect(await creating).toBe(true)
    expect(await textSessions(other.sessions('k')).get('s')).toEqual({ value: 'v', version: 1 })
    await patient.close()
  })

  it('of 200 concurrent operations on the cut connection each learns what it did', async () => {
    const mine = textSessions(cut.sessions('j'))
    await textSessions(other.sessions('j')).create('s', 'start', 60)
    proxy.cutAtNextAnswer()
    const racing = Array.from({ length: 200 }, (_, racer) => mine.compareAndSet('s', 1, `${racer}`))
    const won = (await Promise.all(racing)).flatMap((answer, racer) => (answer ? [`${racer}`] : []))
    expect(won).toHaveLength(1)
    expect(await textSessions(other.sessions('j')).get('s')).toEqual({ value: won[0], version: 2 })
  })
})

describe('a redis server that goes and comes', () => {
  let server: RedisServer
  let engine: StoreEngine
  const problems: string[] = []

  beforeAll(async () => {
    server = await startRedis()
    engine = await openRedisEngine({ url: server.url, onProblem: (message) => problems.push(message) })
    await untilItAnswers(engine)
  })
  afterAll(async () => {
    await engine.close()
    await server.stop()
  })

  it('while it is down every operation fails within two seconds, and works again once it is back', async () => {
    await server.kill()
    await Promise.all(everyOperation(engine).map(expectUnavailable))
    await sleep(1_100)
    await takesAtMost(200, () => Promise.all(everyOperation(engine).map(expectUnavailable)))
    server = await startRedis({ port: server.port })
    await untilItAnswers(engine)
    expect(await textSessions(engine.sessions('n')).create('s', 'v', 60)).toBe(true)
    expect(problems.some((problem) => problem.includes('not connected'))).toBe(true)
    expect(problems.some((problem) => problem.includes('connected again'))).toBe(true)
  })

  it('a server that is stopped in its tracks is noticed within two seconds, and found again', async () => {
    server.signal('SIGSTOP')
    await Promise.all(everyOperation(engine).map(expectUnavailable))
    server.signal('SIGCONT')
    await untilItAnswers(engine)
    expect((await textSessions(engine.sessions('n')).get('s'))?.value).toBe('v')
  })

  it('an emptied server without scripts is served on', async () => {
    await emptyServer(server.url)
    expect(await textSessions(engine.sessions('n')).create('s', 'again', 60)).toBe(true)
    await emptyServer(server.url)
    expect(await textSessions(engine.sessions('n')).compareAndSet('s', 1, 'x')).toBe(false)
    expect(await engine.once('n').claim('k', 60)).toBe(true)
    await emptyServer(server.url)
    expect(await engine.once('n').claim('k', 60)).toBe(true)
  })

  it('watchers are called once after a reconnection, and hear what comes then', async () => {
    const woken = counter()
    await untilItWatches(engine, woken.count)
    await server.kill()
    server = await startRedis({ port: server.port })
    await woken.reaches(1)
    await untilItAnswers(engine)
    const before = woken.seen()
    await engine.sessions('n').remove('topic')
    await woken.reaches(before + 1)
  })

  it('an engine opened before its server finds it, and says meanwhile that it does not answer', async () => {
    const { port } = server
    await server.stop()
    const early = await openRedisEngine({ url: `redis://127.0.0.1:${port}` })
    await expectUnavailable(() => early.ping(300))
    server = await startRedis({ port })
    await untilItAnswers(early)
    expect(await textSessions(early.sessions('n')).create('early', 'v', 60)).toBe(true)
    await early.close()
    await expectUnavailable(() => textSessions(early.sessions('n')).get('early'))
  })
})

async function emptyServer(url: string): Promise<void> {
  const client = await createClient({ url }).connect()
  await client.flushAll()
  await client.sendCommand(['SCRIPT', 'FLUSH'])
  await client.close()
}

/** What docs/storage.md tells operators to grant. */
const PERMISSIONS = [
  '&countersign:*',
  '+@read',
  '+@write',
  '+@scripting',
  '+@pubsub',
  '+@connection',
  '+time',
]

describe('redis keys and options', () => {
  it('keys are prefix, namespace and id; a session has three fields and the time to live of its creation', async () => {
    const server = await startRedis()
    const engine = await openRedisEngine({ url: server.url, keyPrefix: 'cs:' })
    await textSessions(engine.sessions('issuer')).create('s', 'v', 100)
    await textSessions(engine.sessions('issuer')).compareAndSet('s', 1, 'w')
    await engine.once('issuer').claim('k', 60)
    await engine.due('issuer').put('s', 0)
    const client = await createClient({ url: server.url }).connect()
    expect((await client.keys('*')).sort()).toEqual(['cs:issuer#k', 'cs:issuer:s', 'cs:issuer@due'])
    const [lease] = await engine.due('issuer').lease(1, 60_000)
    await engine.due('issuer').put('s', 1_000)
    const member = `s|${lease?.endsAt}|${lease?.fence}`
    expect(await client.zRange('cs:issuer@due', 0, -1)).toEqual([member, 's'])
    expect(await client.zScore('cs:issuer@due', member)).toBe(-(lease?.endsAt ?? 0))
    expect(Math.abs((lease?.endsAt ?? 0) - Date.now() - 60_000)).toBeLessThan(30_000)
    expect(await client.hGetAll('cs:issuer:s')).toMatchObject({
      v: '2',
      d: 'w',
      w: expect.stringMatching(/^.{40}$/),
    })
    expect(await client.pTTL('cs:issuer:s')).toBeGreaterThan(95_000)
    await client.close()
    await engine.close()
    await server.stop()
  })

  it('logs in with name and password, and a wrong password is a problem that never shows it', async () => {
    const hash = createHash('sha256').update('right').digest('hex')
    const acl = [
      '--user',
      'default',
      'off',
      '--user',
      'svc',
      'on',
      `#${hash}`,
      '~countersign:*',
      ...PERMISSIONS,
    ]
    const server = await startRedis({ args: acl })
    const engine = await openRedisEngine({ url: `redis://svc:right@127.0.0.1:${server.port}/0` })
    await engine.ping(1_000)
    for (const operation of everyOperation(engine)) await operation()
    expect(engine.description).toBe(`redis://127.0.0.1:${server.port}/0`)
    const problems: string[] = []
    const wrong = await openRedisEngine({
      url: server.url,
      username: 'svc',
      password: 'wr0ng',
      onProblem: (message) => problems.push(message),
    })
    await expectUnavailable(() => wrong.ping(300))
    expect(problems.join()).toContain('WRONGPASS')
    expect(problems.join()).not.toContain('wr0ng')
    await wrong.close()
    await engine.close()
    await server.stop()
  })

  it('speaks TLS to a server that its authority vouches for, and to no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-tls-'))
    const [key, cert, port] = [join(folder, 'key.pem'), join(folder, 'cert.pem'), await freePort()]
    const made = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
    ]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    await promisify(execFile)(findProgram(['openssl'], 'openssl'), [
      ...made,
      ...subject,
      '-keyout',
      key,
      '-out',
      cert,
    ])
    const tls = [
      '--tls-port',
      `${port}`,
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
      '--tls-auth-clients',
      'no',
    ]
    const server = await startRedis({ args: tls })
    const ca = await readFile(cert, 'utf8')
    for (const host of ['localhost', '127.0.0.1']) {
      const engine = await openRedisEngine({ url: `rediss://${host}:${port}`, tls: { ca } })
      await engine.ping(1_000)
      expect(engine.description).toBe(`rediss://${host}:${port}/0`)
      await engine.close()
    }
    const trusting = await openRedisEngine({ url: `rediss://localhost:${port}` })
    await expectUnavailable(() => trusting.ping(500))
    await trusting.close()
    await server.stop()
    await rm(folder, { recursive: true })
  })

  it('options that make no sense are refused without showing the password', async () => {
    for (const url of ['http://h', 'redis://u:sesame@h:99999999', 'redis://u:sesame@h/database', 'sesame']) {
      const error: unknown = await openRedisEngine({ url }).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(TypeError)
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('sesame')
    }
    await expect(openRedisEngine({ keyPrefix: '{tag}' })).rejects.toThrow(RangeError)
    await expect(openRedisEngine({ commandTimeoutMs: 0 })).rejects.toThrow(RangeError)
  })
})
