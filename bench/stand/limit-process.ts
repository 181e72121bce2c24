/** Starts a limit of a flow beside the service that it is compared with. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LimitPlan } from '../limit/plan.ts'
import { memberOf } from '../load/json-text.ts'
import { type MeasuredProcess, startMeasured } from '../measure/measured-process.ts'

export interface LimitProcess extends MeasuredProcess {
  readonly port: number
}

const SERVER = fileURLToPath(new URL('../limit/server.ts', import.meta.url))

export async function startLimit(plan: LimitPlan, folder: string): Promise<LimitProcess> {
  const running = startMeasured({ module: SERVER, cwd: folder, logFile: join(folder, 'limit.log') })
  // Before it listens for the plan, only its probe hears messages.
  await running.message()
  const port = memberOf(await running.ask(plan), 'port')
  if (typeof port !== 'number') throw new Error(`the limit does not listen:\n${await running.said()}`)
  return { ...running, port }
}
