/** The whole stack as `countersign up` starts it, in one process, with the API document of each service. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answersOk, freePorts } from '@countersign/local-servers/ports'
import { startProgram, untilReady } from '@countersign/local-servers/process/program'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import { type ApiDocument, type Operation, operationsOf } from '@countersign/testing/client/described-api'
import { call } from '@countersign/testing/client/http'

export const SERVICES = ['repository', 'issuer', 'verifier', 'wallet'] as const
export type ServiceName = (typeof SERVICES)[number]

export interface Stack {
  readonly urls: Readonly<Record<ServiceName, string>>
  readonly operations: Readonly<Record<ServiceName, readonly Operation[]>>
  stop(): Promise<void>
}

const COMMAND = fileURLToPath(new URL('../../apps/countersign/main.mjs', import.meta.url))

/** The documents offer to somebody who logs in; nobody does. */
const userLogin = { issuer: 'https://login.example', clientId: 'issuer', clientSecret: 'nobody asks for it' }

export function startStack(): Promise<Stack> {
  return startedWhole(startParts)
}

async function startParts(started: StopList): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-up-'))
  started.add(() => rm(folder, { recursive: true, force: true }))
  const ports = await freePorts(SERVICES.length)
  const urls = byName((_, at) => `http://localhost:${ports[at]}`)
  const flags = SERVICES.map((name, at) => `--${name}.webPort=${ports[at]}`)
  const program = startProgram({
    program: process.execPath,
    // The examples all come from one sender.
    args: [COMMAND, 'up', `--data=${join(folder, 'data')}`, '--senderRequestsPerSecond=0', ...flags],
    env: { PATH: process.env['PATH'] ?? '', COUNTERSIGN_ISSUER_USER_LOGIN: JSON.stringify(userLogin) },
    cwd: folder,
  })
  started.add(program.stop)
  await untilReady(program, 'countersign up', async () => {
    const ready = await Promise.all(SERVICES.map((name) => answersOk(`${urls[name]}/readyz`)))
    return ready.every(Boolean)
  })
  const documents = await Promise.all(
    SERVICES.map(async (name) => (await call(`${urls[name]}/api.json`)).json()),
  )
  const operations = byName((_, at) => operationsOf(documents[at] as unknown as ApiDocument))
  return { urls, operations, stop: started.stop }
}

function byName<T>(of: (name: ServiceName, at: number) => T): Readonly<Record<ServiceName, T>> {
  return Object.fromEntries(SERVICES.map((name, at) => [name, of(name, at)])) as Record<ServiceName, T>
}
