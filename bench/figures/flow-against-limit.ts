/** A flow of a service beside its limit: the comparison that most budgets are about. */
import type { LimitPlan } from '../limit/plan.ts'
import { type Exchange, type Flow, recordFlow, replay, runFlows } from '../load/flows.ts'
import type { MeasuredProcess } from '../measure/measured-process.ts'
import { cpuPerFlow, type PairedRounds, pairedRounds, type Side } from '../measure/rounds.ts'
import type { Settings } from '../settings.ts'
import { startLimit } from '../stand/limit-process.ts'
import type { Service } from '../stand/services.ts'
import type { Stand } from '../stand/stand.ts'

export interface FlowComparison {
  readonly stand: Stand
  readonly service: Service
  readonly flow: Flow
  readonly planOf: (exchanges: readonly Exchange[]) => LimitPlan
}

/** `first` is the limit: the ratio says how much of it is reached. */
export async function againstLimit({ stand, service, flow, planOf }: FlowComparison): Promise<PairedRounds> {
  const { settings, deployment } = stand
  const exchanges = await recordFlow(flow, service.port)
  const limit = stand.keep(await startLimit(planOf(exchanges), deployment.folder))
  const limitFlow = replay(exchanges)
  await warmUp(flow, service.port, settings)
  await warmUp(limitFlow, limit.port, settings)
  const rounds = await pairedRounds(
    settings.rounds,
    side([limit], limitFlow, [limit.port], settings),
    side([service], flow, [service.port], settings),
  )
  await limit.stop()
  return rounds
}

export function warmUp(flow: Flow, port: number, { warmUpFlows, concurrency }: Settings): Promise<void> {
  return runFlows(flow, warmUpFlows, { ports: [port], concurrency })
}

export function side(
  processes: readonly MeasuredProcess[],
  flow: Flow,
  ports: readonly number[],
  { flowsPerRound, concurrency }: Settings,
): Side {
  const run = () => runFlows(flow, flowsPerRound, { ports, concurrency })
  return { round: () => cpuPerFlow(processes, flowsPerRound, run) }
}
