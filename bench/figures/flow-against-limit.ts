/** A flow of a service beside its limits and beside another build: the comparisons that most budgets are about. */
import type { LimitPlan } from '../limit/plan.ts'
import { type Exchange, type Flow, recordFlow, replay, runFlows } from '../load/flows.ts'
import type { MeasuredProcess } from '../measure/measured-process.ts'
import { alternatingRounds, cpuPerFlow, ratiosOf, type Side } from '../measure/rounds.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Settings } from '../settings.ts'
import { startLimit } from '../stand/limit-process.ts'
import type { Opponent } from '../stand/opponent-process.ts'
import type { Service } from '../stand/services.ts'
import type { Stand } from '../stand/stand.ts'

export interface FlowComparison {
  readonly stand: Stand
  readonly service: Service
  readonly flow: Flow
  readonly planOf: (exchanges: readonly Exchange[]) => LimitPlan | Promise<LimitPlan>
  /** What else goes through the same flow, and is measured in the same rounds. */
  readonly opponent?: Opponent
  /** Whether the service has served this flow for as long as a warm-up takes. */
  readonly isWarm?: boolean
}

/** CPU microseconds a flow, by who served it. */
export interface FlowRounds {
  readonly bare: readonly number[]
  readonly store: readonly number[]
  readonly service: readonly number[]
  readonly opponent?: readonly number[]
}

export async function againstLimits(comparison: FlowComparison): Promise<FlowRounds> {
  const { stand, service, flow, opponent } = comparison
  const { settings } = stand
  const exchanges = await recordFlow(flow, service.port)
  const plan = await comparison.planOf(exchanges)
  const bare = stand.keep(await startLimit(plan, stand.deployment.folder))
  const store = stand.keep(await startLimit({ ...plan, store: stand.redis.port }, stand.deployment.folder))
  const limitFlow = replay(exchanges)
  for (const limit of [bare, store]) await warmUp(limitFlow, limit.port, settings)
  if (opponent !== undefined) await warmUp(flow, opponent.port, settings)
  if (comparison.isWarm !== true) await warmUp(flow, service.port, settings)
  const [onBare = [], onStore = [], onService = [], onOpponent] = await alternatingRounds(settings.rounds, [
    side([bare], limitFlow, [bare.port], settings),
    side([store], limitFlow, [store.port], settings),
    side([service], flow, [service.port], settings),
    ...(opponent === undefined ? [] : [side([opponent], flow, [opponent.port], settings)]),
  ])
  await Promise.all([bare.stop(), store.stop()])
  const rounds = { bare: onBare, store: onStore, service: onService }
  return onOpponent === undefined ? rounds : { ...rounds, opponent: onOpponent }
}

/** Of a service that has served nothing before: after as many flows as the settings say, and that is a warm-up. */
export async function memoryAfterFlows(
  { redis, settings: { concurrency, memoryFlows } }: Stand,
  service: Service,
  flow: Flow,
): Promise<number> {
  await runFlows(flow, memoryFlows, { ports: [service.port], concurrency })
  const { rssBytes } = await service.usage()
  await redis.empty()
  return rssBytes
}

interface LimitBudget {
  readonly bound: number
  readonly floor: number
}

export function againstStore(what: string, rounds: FlowRounds, budget: LimitBudget): Row {
  return figure({
    what: `${what}, of the store limit`,
    unit: 'µs CPU',
    measured: rounds.service,
    limit: rounds.store,
    ratio: ratiosOf(rounds.store, rounds.service),
    budget: { of: 'ratio', relation: 'at_least', ...budget },
  })
}

/** For information: no service with shared sessions can do without a store. */
export function againstBare(what: string, rounds: FlowRounds, note?: string): Row {
  return figure({
    what,
    unit: 'µs CPU',
    measured: rounds.service,
    limit: rounds.bare,
    ratio: ratiosOf(rounds.bare, rounds.service),
    ...(note !== undefined && { note }),
  })
}

/** The ratio says how many times as much the opponent takes. */
export function againstOpponent(what: string, rounds: FlowRounds, budget: LimitBudget): Row {
  const { opponent = [] } = rounds
  return figure({
    what: `${what}, against the stock build`,
    unit: 'µs CPU',
    measured: rounds.service,
    limit: opponent,
    ratio: ratiosOf(opponent, rounds.service),
    budget: { of: 'ratio', relation: 'at_least', ...budget },
  })
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
