/** A flow of a service beside the plain one of the same service, in the same rounds: what it costs more. */
import type { Flow } from '../load/flows.ts'
import { pairedRounds } from '../measure/rounds.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Service } from '../stand/services.ts'
import type { Stand } from '../stand/stand.ts'
import { side, warmUp } from './flow-against-limit.ts'

interface PlainFlow {
  readonly stand: Stand
  readonly service: Service
  readonly plain: Flow
}

/** Warmed up once for all that are measured beside it. */
export async function plainFlow(stand: Stand, service: Service, plain: Flow): Promise<PlainFlow> {
  await warmUp(plain, service.port, stand.settings)
  return { stand, service, plain }
}

export async function besidePlain(
  { plain, service, stand: { settings } }: PlainFlow,
  what: string,
  other: Flow,
): Promise<Row> {
  await warmUp(other, service.port, { ...settings, warmUpFlows: settings.furtherWarmUpFlows })
  const rounds = await pairedRounds(
    settings.rounds,
    side([service], plain, [service.port], settings),
    side([service], other, [service.port], settings),
  )
  return figure({ what, unit: 'µs CPU', measured: rounds.second, limit: rounds.first, ratio: rounds.ratios })
}
