import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@countersign/local-servers/ports'
import { startRedis } from '@countersign/local-servers/redis-server'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeLogsTo } from '../operation/log.ts'
import { configure } from './configure.ts'
import { runService } from './run-service.ts'
import { openRuntime } from './runtime.ts'

let cwd: string
const lines: string[] = []
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-service-'))
  writeLogsTo({ write: (line) => void lines.push(line) })
})
afterAll(async () => {
  writeLogsTo(undefined)
  await rm(cwd, { recursive: true })
})

it('a service that listens looks at what is due, and ends the looks it began before its stores are closed', async () => {
  const place = { argv: [`--data=${cwd}`, '--drainSeconds=0'], env: {}, cwd, defaultPort: await freePort() }
  const runtime = await openRuntime(await configure({ service: 'verifier', extra: {} }, place))
  const due = runtime.engine.due('things')
  const looked: string[] = []
  const last = Promise.withResolvers<undefined>()
  const look = async (id: string) => {
    looked.push(id)
    return id === 'last' ? last.promise : undefined
  }
  const parts = { title: 'A service', description: 'of a test', routes: () => undefined }
  const service = await runService(runtime, { ...parts, dueWork: { due, look } })
  await due.put('first', 0)
  await due.put('last', 0)
  await eventually('both are looked at', () => looked.length === 2)
  const closing = service.close()
  last.resolve(undefined)
  await closing
  await due.put('late', 0)
  expect(await due.lease(10, 1_000)).toMatchObject([{ id: 'late' }])
  expect(looked.toSorted()).toEqual(['first', 'last'])
})

it('a session store that drops sessions is told, one that takes no writes is no store, and probes leave no lines', async () => {
  const redis = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] })
  const argv = [`--data=${cwd}`, `--sessions=${redis.url}`, '--drainSeconds=0']
  const place = { argv, env: {}, cwd, defaultPort: await freePort() }
  const runtime = await openRuntime(await configure({ service: 'verifier', extra: {} }, place))
  const parts = { title: 'A service', description: 'of a test', routes: () => undefined }
  const service = await runService(runtime, parts)
  const ready = async () => {
    const answer = await fetch(`${service.url}/readyz`)
    return { status: answer.status, text: await answer.text() }
  }
  const linesAbout = (text: string) => lines.filter((line) => line.includes(text)).length
  await eventually('the policy is told', () => linesAbout('(allkeys-lru): set noeviction') === 1)
  expect(await ready()).toMatchObject({ status: 200, text: expect.stringContaining('a full store drops') })
  const figures = await (await fetch(`${service.url}/metrics`)).text()
  expect(figures).toContain('countersign_store_may_evict{service="verifier"} 1')
  await told(redis.port, ['CONFIG SET maxmemory-policy noeviction', 'CONFIG SET maxmemory 1'])
  for (let probe = 0; probe < 5; probe += 1) expect((await ready()).status).toBe(503)
  await told(redis.port, ['CONFIG SET maxmemory 0'])
  for (let probe = 0; probe < 5; probe += 1) expect((await ready()).status).toBe(200)
  expect(linesAbout('"route":"/readyz"')).toBe(3)
  expect(linesAbout('readiness check failed')).toBe(linesAbout('readiness check passes again'))
  await service.close()
  await redis.stop()
})

/** Commands as a person types them; resolves when each was answered. */
function told(port: number, commands: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(commands.map((one) => `${one}\r\n`).join('')),
    )
    let answers = ''
    socket.once('error', reject)
    socket.on('data', (data) => {
      answers += data.toString()
      if (answers.split('\r\n').length <= commands.length) return
      socket.destroy()
      resolve()
    })
  })
}
