import { startRedis } from '@countersign/local-servers/redis-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EngineAddress, openEngine } from './open-engine.ts'

const options = { keyPrefix: 'open-engine:', onProblem: () => undefined }

describe('the engine of the session stores', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  it('is of this process alone where nothing is shared', async () => {
    const engine = await openEngine({ type: 'memory' }, options)
    expect(engine).toMatchObject({ shared: false, description: 'memory' })
    await engine.close()
  })

  it('is found by URL and by host and port, and is then the same one', async () => {
    const addresses: readonly EngineAddress[] = [
      { type: 'redis', url: redis.url },
      { type: 'redis', host: '127.0.0.1', port: redis.port },
    ]
    const [first, second] = await Promise.all(addresses.map((address) => openEngine(address, options)))
    if (first === undefined || second === undefined) throw new Error('an engine is missing')
    expect(first.shared && second.shared).toBe(true)
    expect(await first.sessions('s').create('one', Buffer.from('told'), 60)).toBe(true)
    expect(await second.sessions('s').get('one')).toMatchObject({ value: Buffer.from('told') })
    await Promise.all([first.close(), second.close()])
  })

  it('logs in where a password is given', async () => {
    const problems: string[] = []
    const engine = await openEngine(
      { type: 'redis', host: '127.0.0.1', port: redis.port, username: 'nobody', password: 'wrong' },
      { ...options, onProblem: (problem) => void problems.push(problem) },
    )
    await expect(engine.ping(1000)).rejects.toMatchObject({ name: 'StoreUnavailable' })
    expect(problems.join()).not.toContain('wrong')
    await engine.close()
  })

  it('is no engine at an address of another kind', async () => {
    await expect(openEngine({ type: 'redis', url: 'http://127.0.0.1' }, options)).rejects.toThrow(TypeError)
  })
})
