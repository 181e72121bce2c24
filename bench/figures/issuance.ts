/**
 * One issuance: offer, token, nonce, credential with ten disclosures and a status index, the word that it was accepted; what
 * it leaves in Redis, and the memory.
 */
import { issuancePlan } from '../limit/plan.ts'
import { runFlows } from '../load/flows.ts'
import { issuanceFlow } from '../load/issuance-flow.ts'
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
import { memoryFigure } from './verification.ts'

export async function issuanceFigures(stand: Stand): Promise<readonly Row[]> {
  const { holders, deployment } = stand
  const { issuerUrl, managementApiKey } = deployment
  const service = await stand.service('issuer')
  const signers = holders.map(({ signer }) => signer)
  const flow = issuanceFlow({ signers, managementApiKey, issuer: issuerUrl })
  const rssBytes = await memoryAfterFlows(stand, service, flow)
  const opponent = stand.keep(await startOpponent('issuer', deployment, stand.redis.url))
  const rounds = await againstLimits({ stand, service, flow, planOf: issuancePlan, opponent, isWarm: true })
  await opponent.stop()
  return [
    againstStore('issuance', rounds, { bound: 0.6, floor: 0.45 }),
    againstOpponent('issuance', rounds, { bound: 2, floor: 1.6 }),
    againstBare('issuance, 6 requests', rounds, DURABLE_NOTE),
    memoryFigure('issuer', stand, rssBytes),
    await leftInRedis(stand, () =>
      runFlows(flow, stand.settings.flowsPerRound, { ports: [service.port], concurrency: 16 }),
    ),
  ]
}

const DURABLE_NOTE =
  'with a place in a status list, written to SQLite with full synchronisation; no limit has that'

async function leftInRedis({ redis, settings }: Stand, run: () => Promise<void>): Promise<Row> {
  await redis.empty()
  const before = await redis.usedMemory()
  await run()
  const bytes = ((await redis.usedMemory()) - before) / settings.flowsPerRound
  return figure({
    what: 'all that one issuance leaves in Redis',
    unit: 'bytes',
    measured: [bytes],
    note: 'the session, the credential for an honest retry, the ids of three sender proofs, a place in the list',
  })
}
