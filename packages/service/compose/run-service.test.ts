import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@countersign/local-servers/ports'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeLogsTo } from '../operation/log.ts'
import { configure } from './configure.ts'
import { runService } from './run-service.ts'
import { openRuntime } from './runtime.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-service-'))
  writeLogsTo({ write: () => undefined })
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
