/**
 * What a service loads until it is ready, by its configuration: which packages, and how many files. A start is mostly
 * loading (docs/decisions/033), and one import at the top of a file brings back what was saved.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@countersign/local-servers/ports'
import { startProgram, untilReady } from '@countersign/local-servers/process/program'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NODE_FLAGS } from './command/node-flags.ts'
import type { ServiceName } from './services.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url))

/** Keeps what is loaded, and writes it down when the process ends. */
const PROBE = `data:text/javascript,${encodeURIComponent(`
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
const urls = []
registerHooks({ load: (url, context, nextLoad) => { urls.push(url); return nextLoad(url, context) } })
process.on('exit', () => writeFileSync(process.env.LOADED, JSON.stringify({ urls, internals: process.moduleLoadList })))`)}`

let folder: string
let redis: RedisServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-loaded-'))
  redis = await startRedis()
})
afterAll(async () => {
  await redis.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Loaded {
  readonly urls: readonly string[]
  /** Of Node itself. */
  readonly internals: readonly string[]
}

async function loadedBy(service: ServiceName, flags: readonly string[]): Promise<Loaded> {
  const port = await freePort()
  const loaded = join(folder, `${service}-${port}.json`)
  const running = startProgram({
    program: process.execPath,
    args: [
      ...NODE_FLAGS,
      '--import',
      PROBE,
      MAIN,
      service,
      `--webPort=${port}`,
      `--data=${join(folder, `data-${port}`)}`,
      '--logLevel=warn',
      ...flags,
    ],
    cwd: folder,
    env: { PATH: process.env['PATH'], LOADED: loaded },
    logFile: join(folder, `${service}-${port}.log`),
  })
  try {
    const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200
    await untilReady(running, service, () => isReady().catch(() => false))
  } finally {
    await running.stop()
  }
  return JSON.parse(await readFile(loaded, 'utf8'))
}

/** Packages that ours name as dependencies; what those bring along is counted with the rest. */
const NAMED = new Set(
  ['apps', 'packages'].flatMap((house) =>
    readdirSync(join(ROOT, house)).flatMap((name) => {
      const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, house, name, 'package.json'), 'utf8'))
      return Object.keys(dependencies).filter((dependency) => !dependency.startsWith('@countersign/'))
    }),
  ),
)

function packageOf(url: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
}

const EVERYWHERE = ['fastify', 'fastify-type-provider-zod', 'pino', 'prom-client', 'zod']

interface Case {
  readonly service: ServiceName
  readonly sessions: 'memory' | 'redis'
  readonly database?: 'sqlite'
  /** Beside those of every service. */
  readonly packages: readonly string[]
  /** Files of ours, and of other packages: what there are now and a few more. */
  readonly most: readonly [ours: number, others: number]
}

const CASES: readonly Case[] = [
  { service: 'repository', sessions: 'memory', packages: [], most: [206, 290] },
  { service: 'verifier', sessions: 'memory', packages: [], most: [432, 290] },
  { service: 'verifier', sessions: 'redis', packages: ['@redis/client'], most: [444, 770] },
  {
    service: 'issuer',
    sessions: 'redis',
    database: 'sqlite',
    packages: ['@redis/client', 'kysely'],
    most: [520, 1_040],
  },
  {
    service: 'wallet',
    sessions: 'memory',
    database: 'sqlite',
    packages: ['@node-rs/argon2', 'kysely'],
    most: [585, 595],
  },
]

describe.concurrent('until it is ready', () => {
  it.each(CASES)(
    'the $service on $sessions sessions loads what it uses, and no more',
    async ({ service, sessions, database, packages, most: [ours, others] }) => {
      const { urls, internals } = await loadedBy(service, [
        ...(sessions === 'redis' ? [`--sessions=${redis.url}`] : []),
        ...(database === undefined ? [] : [`--database=sqlite:${join(folder, `${service}.sqlite`)}`]),
      ])
      const files = urls.filter((url) => url.startsWith('file:'))
      const named = new Set(files.map((url) => packageOf(url) ?? '').filter((name) => NAMED.has(name)))
      expect([...named].toSorted()).toEqual([...EVERYWHERE, ...packages].toSorted())
      expect(files.filter((url) => packageOf(url) === undefined).length).toBeLessThanOrEqual(ours)
      expect(files.filter((url) => packageOf(url) !== undefined).length).toBeLessThanOrEqual(others)
      // The client behind `fetch`: an import of node:http by name brings it.
      expect(internals).not.toContain('NativeModule internal/deps/undici/undici')
      expect(new Set(files).size).toBe(files.length)
    },
    60_000,
  )
})
