/** Two instances that share sessions, every request to the other one, beside one instance alone. */
import { verificationFlow } from '../load/verification-flow.ts'
import { pairedRounds } from '../measure/rounds.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { side, warmUp } from './flow-against-limit.ts'

export async function instanceFigures(stand: Stand): Promise<readonly Row[]> {
  const { holders, deployment, settings } = stand
  const { managementApiKey } = deployment
  const first = await stand.service('verifier', 1)
  const second = await stand.service('verifier', 2)
  const flow = verificationFlow({ holders, managementApiKey })
  await warmUp(flow, first.port, settings)
  await warmUp(flow, second.port, settings)
  const rounds = await pairedRounds(
    settings.rounds,
    side([first, second], flow, [first.port, second.port], settings),
    side([first], flow, [first.port], settings),
  )
  return [
    figure({
      what: 'verification on 2 instances in turn, against 1',
      unit: 'µs CPU',
      measured: rounds.first,
      limit: rounds.second,
      ratio: rounds.ratios,
      budget: { of: 'ratio', relation: 'at_most', bound: 1.1 },
    }),
  ]
}
