/** The four services as operators run them with a management key, each in a process that tells what it has used. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answersOk, freePort } from '@countersign/local-servers/ports'
import { startProgram, untilReady } from '@countersign/local-servers/process/program'
import type { StopList } from '@countersign/local-servers/stop-list'
import { type ApiDocument, type Operation, operationsOf } from '@countersign/testing/client/described-api'
import type { Measure } from '@countersign/testing/time/costs-at-most'
import { API_SERVICE_NAMES, type ApiServiceName } from '../api-services.ts'

export interface MeasuredService {
  readonly name: ApiServiceName
  readonly url: string
  readonly operations: readonly Operation[]
  /** Milliseconds of its main thread. */
  readonly processor: Measure
}

export type MeasuredServices = Readonly<Record<ApiServiceName, MeasuredService>>

export const MANAGEMENT_KEY = 'a-key-for-management-calls'

const COMMAND = fileURLToPath(new URL('../../apps/countersign/main.mjs', import.meta.url))
const PROBE = new URL('./cpu-probe.ts', import.meta.url).href

export async function startMeasured(started: StopList): Promise<MeasuredServices> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-costs-'))
  started.add(() => rm(folder, { recursive: true, force: true }))
  const services = await Promise.all(API_SERVICE_NAMES.map((name) => startOne(name, folder, started)))
  return Object.fromEntries(services.map((service) => [service.name, service])) as Record<
    ApiServiceName,
    MeasuredService
  >
}

async function startOne(name: ApiServiceName, folder: string, started: StopList): Promise<MeasuredService> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const flags = [
    `--webPort=${port}`,
    `--baseUrl=${url}`,
    '--sessions=memory:',
    `--data=${join(folder, 'data')}`,
    `--managementApiKey=${MANAGEMENT_KEY}`,
    // Everything is sent several times: each time, so it is said, for somebody else.
    '--trustedProxies=127.0.0.1',
    '--logLevel=warn',
  ]
  const program = startProgram({
    program: process.execPath,
    args: ['--import', PROBE, COMMAND, name, ...flags],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    logFile: join(folder, `${name}.log`),
    takesMessages: true,
  })
  started.add(program.stop)
  await untilReady(program, name, () => answersOk(`${url}/readyz`))
  const document = (await (await fetch(`${url}/api.json`)).json()) as ApiDocument
  const used = async () => Number(await program.ask({}))
  return {
    name,
    url,
    operations: operationsOf(document),
    processor: {
      async costOf(run) {
        const before = await used()
        await run()
        return (await used()) - before
      },
      now() {
        const { user, system } = process.threadCpuUsage()
        return (user + system) / 1000
      },
    },
  }
}
