/** One verification: create, signed request, SD-JWT with key binding, result. Beside it the memory of the service. */
import { verificationPlan } from '../limit/plan.ts'
import { verificationFlow } from '../load/verification-flow.ts'
import { figure, type Row } from '../report/figure.ts'
import type { Stand } from '../stand/stand.ts'
import { againstLimit } from './flow-against-limit.ts'

export async function verificationFigures(stand: Stand): Promise<readonly Row[]> {
  const { holders, deployment } = stand
  const { issuer, managementApiKey } = deployment
  const service = await stand.service('verifier')
  const flow = verificationFlow({ holders, managementApiKey })
  const planOf = (exchanges: Parameters<typeof verificationPlan>[0]) =>
    verificationPlan(exchanges, issuer.publicJwk)
  const rounds = await againstLimit({ stand, service, flow, planOf })
  const { rssBytes } = await service.usage()
  return [
    figure({
      what: 'verification, 4 requests',
      unit: 'µs CPU',
      measured: rounds.second,
      limit: rounds.first,
      ratio: rounds.ratios,
      budget: { of: 'ratio', relation: 'at_least', bound: 0.7 },
    }),
    memoryFigure('verifier', rssBytes),
  ]
}

export function memoryFigure(name: string, rssBytes: number): Row {
  return figure({
    what: `memory of one ${name} after load`,
    unit: 'MB',
    measured: [rssBytes / 1e6],
    budget: { of: 'measured', relation: 'at_most', bound: 150 },
  })
}
