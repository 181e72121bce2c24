/** From the start of the process to a service that says it is ready: run as it lies in the repository, and as the bundle of it. */

import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { SERVICE_NAMES } from '@countersign/countersign/services'
import { freePort } from '@countersign/local-servers/ports'
import { startMeasured } from '../measure/measured-process.ts'
import { figure, type Row } from '../report/figure.ts'
import { COMMAND, startService, untilAnswers } from '../stand/services.ts'
import type { Stand } from '../stand/stand.ts'

export async function coldStartFigures(stand: Stand): Promise<readonly Row[]> {
  const bundle = await builtBundle(stand)
  return [
    ...(await oneService(stand, 'verifier', bundle)),
    ...(await oneService(stand, 'issuer', bundle)),
    await everything(stand),
  ]
}

/** The program of a bundle, away from what it was made of. */
async function builtBundle({ deployment }: Stand): Promise<string> {
  const folder = join(deployment.folder, 'bundle')
  await promisify(execFile)(process.execPath, [BUILD, '--with-modules', `--out=${folder}`])
  return join(folder, 'apps/countersign/main.mjs')
}

const BUILD = join(dirname(COMMAND), '../../scripts/build-bundle.mjs')

interface Started {
  readonly seconds: number[]
  readonly megabytes: number[]
}

/** One after the other in turn, so that a slow moment of the machine meets both. */
async function oneService(
  stand: Stand,
  name: 'verifier' | 'issuer',
  bundle: string,
): Promise<readonly Row[]> {
  const checkout: Started = { seconds: [], megabytes: [] }
  const bundled: Started = { seconds: [], megabytes: [] }
  // The first start may read the files from the disk, and fills the compile cache: it does not count.
  for (let start = -1; start < stand.settings.coldStarts; start++) {
    for (const [command, { seconds, megabytes }] of [
      [COMMAND, checkout],
      [bundle, bundled],
    ] as const) {
      const { deployment, redis } = stand
      const service = await startService({ name, deployment, redisUrl: redis.url, command })
      const { rssBytes } = await service.usage()
      if (start >= 0) seconds.push(service.readyMs / 1000)
      if (start >= 0) megabytes.push(rssBytes / 1e6)
      await service.stop()
    }
  }
  return [
    startFigure(`start of one ${name} to /readyz`, checkout.seconds, 0.7),
    startFigure(`start of one ${name} to /readyz, bundled`, bundled.seconds, 0.35),
    figure({
      what: `memory of one ${name} at ready, bundled`,
      unit: 'MB',
      measured: bundled.megabytes,
      budget: { of: 'measured', relation: 'at_most', bound: 110 },
    }),
  ]
}

function startFigure(what: string, measured: readonly number[], bound: number): Row {
  return figure({ what, unit: 's', measured, budget: { of: 'measured', relation: 'at_most', bound } })
}

const WHOLE = 'start of countersign up to every /livez'

async function everything(stand: Stand): Promise<Row> {
  const seconds: number[] = []
  for (let start = -1; start < stand.settings.coldStarts; start++) {
    const took = await startEverything(stand).catch((error: unknown) => reasonOf(error))
    if (typeof took === 'string') return { what: WHOLE, notMeasured: took }
    if (start >= 0) seconds.push(took)
  }
  return startFigure(WHOLE, seconds, 1.5)
}

async function startEverything({ deployment }: Stand): Promise<number> {
  const ports = await Promise.all(SERVICE_NAMES.map(() => freePort()))
  const flags = SERVICE_NAMES.map((name, at) => `--${name}.webPort=${ports[at]}`)
  const startedAt = performance.now()
  const running = startMeasured({
    module: COMMAND,
    args: ['up', `--data=${join(deployment.folder, 'data')}`, ...flags],
    cwd: deployment.folder,
    logFile: join(deployment.folder, 'up.log'),
  })
  try {
    await Promise.all(ports.map((port) => untilAnswers(running, port, '/livez')))
    return (performance.now() - startedAt) / 1000
  } finally {
    await running.stop()
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const missing = /Cannot find module '[^']*@countersign\/([^']+)'/.exec(text)?.[1]
  if (missing !== undefined) return `${missing} is not there yet`
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.find((line) => /error|not start/i.test(line)) ?? lines.at(-1) ?? 'it ended'
}
