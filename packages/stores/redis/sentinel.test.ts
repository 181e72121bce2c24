import { mkdtemp, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '@countersign/local-servers/find-program'
import { freePort } from '@countersign/local-servers/ports'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoreEngine } from '../ports.ts'
import { counter } from '../session-stores.contract.ts'
import { textSessions } from '../text-sessions.ts'
import { openRedisEngine } from './redis-engine.ts'

const HOST = '127.0.0.1'

async function startSentinel(port: number, masterPort: number): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sentinel-'))
  const settings = [
    `port ${port}`,
    `bind ${HOST}`,
    `dir ${folder}`,
    `sentinel monitor sessions ${HOST} ${masterPort} 1`,
    'sentinel down-after-milliseconds sessions 300',
    'sentinel failover-timeout sessions 3000',
  ]
  await writeFile(join(folder, 'sentinel.conf'), `${settings.join('\n')}\n`)
  const sentinel = startProgram({
    program: findProgram(['redis-server', 'valkey-server'], 'redis-server'),
    args: [join(folder, 'sentinel.conf'), '--sentinel'],
    temporaryFolder: folder,
  })
  await untilReady(sentinel, 'sentinel', () => knowsReplica(port))
  return sentinel
}

/** A Sentinel can only fail over to a replica that it has heard of. */
function knowsReplica(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST }, () => socket.write('SENTINEL REPLICAS sessions\r\n'))
    socket.once('data', (reply) => {
      resolve(reply.toString().includes('role-reported'))
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
  })
}

async function untilItAnswers(engine: StoreEngine): Promise<void> {
  const probes = textSessions(engine.sessions('probe'))
  let probe = 0
  await eventually('the engine comes back', () => probes.create(`p${probe++}`, '', 60))
}

/** Replication is asynchronous: what the replica has not yet seen would be lost in the failover. */
async function untilReplicated(replica: RedisServer, id: string): Promise<void> {
  const reading = await openRedisEngine({ url: replica.url })
  await eventually('the session reaches the replica', () => textSessions(reading.sessions('n')).get(id))
  await reading.close()
}

describe('redis behind sentinels', () => {
  let master: RedisServer
  let replica: RedisServer
  let sentinel: Program
  let engine: StoreEngine

  beforeAll(async () => {
    master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
    replica = await startRedis({ args: ['--replicaof', HOST, `${master.port}`] })
    const port = await freePort()
    sentinel = await startSentinel(port, master.port)
    const nobody = { host: HOST, port: await freePort() }
    engine = await openRedisEngine({
      sentinel: { master: 'sessions', nodes: [nobody, { host: HOST, port }] },
    })
    await untilItAnswers(engine)
  })
  afterAll(async () => {
    await engine.close()
    await sentinel.stop()
    await replica.stop()
    await master.stop()
  })

  it('a failover is followed, sessions and watchers with it', async () => {
    const sessions = textSessions(engine.sessions('n'))
    const woken = counter()
    await sessions.create('s', 'before', 600)
    await engine.signals('n').watch('t', woken.count)
    await untilReplicated(replica, 's')
    await master.kill()
    await untilItAnswers(engine)
    expect(await sessions.get('s')).toEqual({ value: 'before', version: 1 })
    expect(await sessions.compareAndSet('s', 1, 'after')).toBe(true)
    await woken.reaches(1)
    const before = woken.seen()
    await engine.sessions('n').remove('t')
    await woken.reaches(before + 1)
    expect(engine.description).toBe('redis://sessions@2-sentinels/0')
  })
})
