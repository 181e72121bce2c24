import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultProxy, startFaultProxy } from '@countersign/local-servers/fault-proxy'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { expectTook, takesAtMost } from '@countersign/testing/time/takes-at-most'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type StoreEngine, StoreUnavailable } from '../ports.ts'
import { openRedisEngine } from './redis-engine.ts'

let server: RedisServer
let proxy: FaultProxy
let engine: StoreEngine
let problems: string[]

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())
beforeEach(async () => {
  problems = []
  proxy = await startFaultProxy(server.port)
  const url = `redis://127.0.0.1:${proxy.port}`
  engine = await openRedisEngine({ url, onProblem: (message) => problems.push(message) })
  await engine.ping(60_000)
})
afterEach(async () => {
  await engine.close()
  await proxy.close()
})

interface Outcome {
  done: number
  unavailable: number
}

/** Callers that ask one thing after another, for a time. */
async function load(callers: number, ms: number): Promise<Outcome> {
  const outcome: Outcome = { done: 0, unavailable: 0 }
  const until = performance.now() + ms
  const sessions = engine.sessions('n')
  const call = async (caller: number) => {
    while (performance.now() < until) {
      try {
        await sessions.get(`s${caller}`)
        outcome.done += 1
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
        outcome.unavailable += 1
        await sleep(20)
      }
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
  return outcome
}

function beBusy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

const answers = () => engine.sessions('n').get('s')

describe('a redis link that everybody shares', () => {
  it('is not cut when the server takes 200 ms a command, and is quick again when it is', async () => {
    proxy.slow(200)
    const slow = await load(64, 2_000)
    expect(slow.done).toBeGreaterThan(64)
    proxy.slow(0)
    await takesAtMost(1_000, answers)
    expect(await load(64, 200)).toMatchObject({ unavailable: 0 })
    expect(proxy.connections()).toBe(1)
    expect(problems).toEqual([])
  })

  it('is not cut when this process computes for longer than the server may take', async () => {
    // The proxy is in this process too: an answer takes three turns of the loop.
    let computing = true
    const compute = () => {
      beBusy(600)
      if (computing) setImmediate(compute)
    }
    compute()
    const busy = await load(16, 3_000)
    computing = false
    expect(busy).toMatchObject({ unavailable: 0 })
    expect(busy.done).toBeGreaterThanOrEqual(16)
    expect(proxy.connections()).toBe(1)
    expect(problems).toEqual([])
  })

  it('is replaced once when nothing is heard any more on it alone, and every caller gets an answer', async () => {
    proxy.abandon()
    expect(await load(64, 1_600)).toMatchObject({ unavailable: 0 })
    expect(proxy.connections()).toBe(2)
    expect(problems).toEqual([expect.stringContaining('no answer within 1000 ms'), 'redis: connected again'])
  })

  it('is replaced at once when it is reset, and every caller gets an answer', async () => {
    const loaded = load(64, 1_000)
    await sleep(200)
    proxy.reset()
    expect(await loaded).toMatchObject({ unavailable: 0 })
    expect(proxy.connections()).toBe(2)
  })

  it('gives up in time while nothing passes at all, and serves again within a second', async () => {
    proxy.freeze()
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: 64 }, () => expect(answers()).rejects.toThrow(StoreUnavailable)))
    await expectTook(performance.now() - startedAt, 1_800)
    expect(await load(64, 1_000)).toMatchObject({ done: 0 })
    proxy.thaw()
    await takesAtMost(1_000, async () => {
      for (;;) {
        const found = await answers().then(
          () => true,
          () => false,
        )
        if (found) return
        await sleep(20)
      }
    })
    // New links are tried one at a time, with pauses: nobody is stormed.
    expect(proxy.connections()).toBeLessThan(8)
  })
})
