import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { narrowedEngine } from './narrowed-engine.ts'
import { openEngine } from './open-engine.ts'
import type { StoreEngine } from './ports.ts'
import { textSessions } from './text-sessions.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const options = { keyPrefix: 'test:', onProblem: () => {} }

describe.each(['memory', 'redis'] as const)('parts of an engine (%s)', (type) => {
  let whole: StoreEngine
  let parts: readonly [StoreEngine, StoreEngine, StoreEngine]
  beforeAll(async () => {
    whole = await openEngine(type === 'memory' ? { type } : { type, url: redis.url }, options)
    // Where the name ends is seen: a namespace may begin like the rest of another's name.
    parts = [narrowedEngine(whole, 'a'), narrowedEngine(whole, 'b'), whole]
  })
  afterAll(() => whole.close())

  it('have sessions of their own under the same ids', async () => {
    const stores = parts.map((part) => textSessions(part.sessions('issuance')))
    const [first, second, third] = stores
    expect(await first?.create('id', 'of a', 60)).toBe(true)
    expect(await Promise.all(stores.map((store) => store.get('id')))).toEqual([
      { value: 'of a', version: 1 },
      undefined,
      undefined,
    ])
    expect(await second?.create('id', 'of b', 60)).toBe(true)
    await third?.remove('id')
    await second?.remove('id')
    expect(await first?.get('id')).toEqual({ value: 'of a', version: 1 })
  })

  it('claim the same keys once each', async () => {
    const claims = await Promise.all(parts.map((part) => part.once('dpop').claim('jti', 60)))
    expect(claims).toEqual([true, true, true])
    expect(await parts[0].once('dpop').claim('jti', 60)).toBe(false)
  })

  it('look at what is due to them alone', async () => {
    const [first, second, third] = parts.map((part) => part.due('issuance'))
    await first?.put('due', 0)
    expect(await second?.lease(10, 1000)).toEqual([])
    expect(await third?.lease(10, 1000)).toEqual([])
    expect((await first?.lease(10, 1000))?.map(({ id }) => id)).toEqual(['due'])
  })

  it('list what they made', async () => {
    const [first, second, third] = parts.map((part) => part.index('issuance'))
    await first?.put('made', 1_000_000, 60)
    const before = { createdAt: 2_000_000 }
    const pages = await Promise.all([first, second, third].map((index) => index?.page(before, 10)))
    expect(pages.map((page) => page?.length)).toEqual([1, 0, 0])
  })

  it('wake whoever watches theirs', async () => {
    const heard: string[] = []
    const watching = await Promise.all(
      parts.map((part, at) => part.signals('issuance').watch('topic', () => void heard.push(`${at}`))),
    )
    await parts[1].sessions('issuance').remove('topic')
    await eventually('it is heard', () => heard.length > 0)
    await parts[0].sessions('issuance').remove('topic')
    await eventually('the other is heard', () => heard.length > 1)
    expect(heard).toEqual(['1', '0'])
    await Promise.all(watching.map((one) => one.close()))
  })

  it('one that is closed closes nothing of the others', async () => {
    await parts[0].close()
    expect(await parts[1].once('after').claim('close', 60)).toBe(true)
  })
})

it.each(['', 'A', 'a.b', 'a:b', 'a'.repeat(41)])('there is no part of the name %j', async (name) => {
  const whole = await openEngine({ type: 'memory' }, options)
  expect(() => narrowedEngine(whole, name)).toThrow(RangeError)
})
