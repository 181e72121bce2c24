/** One verification: create, signed request, SD-JWT with key binding, result. Beside it the memory of the service. */
import { plainAnswerWork } from '../limit/answer-work.ts'
import { verificationPlan } from '../limit/plan.ts'
import { verificationFlow } from '../load/verification-flow.ts'
import { figure, type Row } from '../report/figure.ts'
import { startOpponent } from '../stand/opponent-process.ts'
import type { Stand } from '../stand/stand.ts'
import {
  againstBare,
  againstLimits,
  againstOpponent,
  againstStore,
  memoryAfterFlows,
} from './flow-against-limit.ts'

export const VERIFICATION_BUDGET = { bound: 0.7, floor: 0.56 }

export async function verificationFigures(stand: Stand): Promise<readonly Row[]> {
  const { holders, deployment } = stand
  const { issuer, managementApiKey } = deployment
  const service = await stand.service('verifier')
  const flow = verificationFlow({ holders, managementApiKey })
  const rssBytes = await memoryAfterFlows(stand, service, flow)
  const opponent = stand.keep(await startOpponent('verifier', deployment, stand.redis.url))
  const rounds = await againstLimits({
    stand,
    service,
    flow,
    isWarm: true,
    planOf: (exchanges) =>
      verificationPlan(exchanges, { answer: plainAnswerWork(exchanges, issuer.publicJwk) }),
    opponent,
  })
  await opponent.stop()
  return [
    againstStore('verification', rounds, VERIFICATION_BUDGET),
    againstOpponent('verification', rounds, { bound: 2.5, floor: 2.1 }),
    againstBare('verification, 4 requests', rounds),
    memoryFigure('verifier', stand, rssBytes),
  ]
}

export function memoryFigure(name: string, { settings }: Stand, rssBytes: number): Row {
  return figure({
    what: `memory of one ${name} after ${settings.memoryFlows.toLocaleString('en')} flows`,
    unit: 'MB',
    measured: [rssBytes / 1e6],
    budget: { of: 'measured', relation: 'at_most', bound: 150 },
    note: 'run from the sources, which takes more than a bundle',
  })
}
