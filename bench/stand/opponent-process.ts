/** Starts a stock build of a flow beside the service that it is compared with: same deployment, same Redis, same flags of Node. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { memberOf } from '../load/json-text.ts'
import { type MeasuredProcess, startMeasured } from '../measure/measured-process.ts'
import type { BenchDeployment } from './deployment.ts'

export interface Opponent extends MeasuredProcess {
  readonly port: number
}

const FOLDER = fileURLToPath(new URL('../opponents/', import.meta.url))

/** What it needs is installed before (`ensureOpponents`). */
export async function startOpponent(
  name: 'issuer' | 'verifier',
  { folder, managementApiKey }: BenchDeployment,
  redisUrl: string,
): Promise<Opponent> {
  const running = startMeasured({
    module: join(FOLDER, `${name}.mjs`),
    args: [folder],
    // Libraries take it as a sign that nobody develops here.
    env: { NODE_ENV: 'production', REDIS_URL: redisUrl, MANAGEMENT_API_KEY: managementApiKey },
    cwd: FOLDER,
    logFile: join(folder, `opponent-${name}.log`),
  })
  const port = memberOf(await running.message(), 'port')
  if (typeof port !== 'number') throw new Error(`the opponent does not listen:\n${await running.said()}`)
  return { ...running, port }
}
