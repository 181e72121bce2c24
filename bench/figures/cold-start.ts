/** From the start of the process to a service that says it is ready, run as it lies in the repository. */

import { join } from 'node:path'
import { SERVICE_NAMES } from '@countersign/countersign/services'
import { freePort } from '@countersign/local-servers/ports'
import { startMeasured } from '../measure/measured-process.ts'
import { figure, type Row } from '../report/figure.ts'
import { COMMAND, startService, untilAnswers } from '../stand/services.ts'
import type { Stand } from '../stand/stand.ts'

export async function coldStartFigures(stand: Stand): Promise<readonly Row[]> {
  return [await oneService(stand, 'verifier'), await oneService(stand, 'issuer'), await everything(stand)]
}

async function oneService(stand: Stand, name: 'verifier' | 'issuer'): Promise<Row> {
  const { deployment, redis, settings } = stand
  const seconds: number[] = []
  // The first start may read the files from the disk, and fills the compile cache: it does not count.
  for (let start = -1; start < settings.coldStarts; start++) {
    const service = await startService({ name, deployment, redisUrl: redis.url })
    if (start >= 0) seconds.push(service.readyMs / 1000)
    await service.stop()
  }
  return figure({
    what: `start of one ${name} to /readyz`,
    unit: 's',
    measured: seconds,
    budget: { of: 'measured', relation: 'at_most', bound: 0.7 },
  })
}

const WHOLE = 'start of countersign up to every /livez'

async function everything(stand: Stand): Promise<Row> {
  const seconds: number[] = []
  for (let start = -1; start < stand.settings.coldStarts; start++) {
    const took = await startEverything(stand).catch((error: unknown) => reasonOf(error))
    if (typeof took === 'string') return { what: WHOLE, notMeasured: took }
    if (start >= 0) seconds.push(took)
  }
  return figure({
    what: WHOLE,
    unit: 's',
    measured: seconds,
    budget: { of: 'measured', relation: 'at_most', bound: 1.5 },
  })
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
