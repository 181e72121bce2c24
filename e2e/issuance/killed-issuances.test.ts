/**
 * The ways in which a credential is issued, over two issuers, of which whoever served a step is killed before the next. `npm test` walks a
 * few, which have every two of their choices together; `COUNTERSIGN_EVERY_WAY=yes` all.
 */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { bareKey } from '@countersign/crypto/jwk'
import { call } from '@countersign/testing/client/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TwoOfEach, twoOfEach } from '../walks/change-over.ts'
import { inGroups, outcomeOf } from '../walks/in-groups.ts'
import { pairwise } from '../walks/pairwise.ts'
import type { Gate } from '../walks/together.ts'
import { makeClientMeans } from './client-means.ts'
import { type Received, receiveByCode, receptionSteps } from './receive-by-code.ts'
import { nameOf, pairsOf, WAYS, type Way } from './ways.ts'

const FEW = pairwise(WAYS, pairsOf)
const WALKED = process.env['COUNTERSIGN_EVERY_WAY'] === 'yes' ? WAYS : FEW

/** Walk together: a code is good for a minute, and a step waits for that of all others. */
const TOGETHER = 60

const means = makeClientMeans()
let cluster: Cluster
let issuers: TwoOfEach

beforeAll(async () => {
  const flags = { issuer: means.issuerFlags }
  cluster = await startCluster({ ports: 'free', wallets: 0, verifiers: 0, flags })
  issuers = twoOfEach(cluster, ['issuer'])
})
afterAll(async () => {
  await cluster?.stop()
})

interface Walked extends Received {
  /** Of the session, in their order. */
  readonly events: readonly string[]
}

async function walked(way: Way, gate: Gate): Promise<Walked> {
  const { issuer } = cluster.urls
  const received = await receiveByCode(issuer, way, means, {
    headers: { sessionttl: '3600' },
    ...issuers.watched(gate),
    retries: 1,
  })
  const told = await call(`${issuer}/openid4vc/session/${String(received.session['id'])}/events`)
  return { ...received, events: [...told.text.matchAll(/^event: (\w+)$/gm)].map(([, name = '']) => name) }
}

let outcomes: ReadonlyMap<Way, PromiseSettledResult<Walked>> = new Map()

describe('whoever served a step is killed before the next', () => {
  beforeAll(async () => {
    const { changeOver: between } = issuers
    outcomes = await inGroups({ walks: WALKED, size: TOGETHER, steps: receptionSteps, walked, between })
  }, 1_200_000)

  it.each(WALKED.map((way) => [nameOf(way), way] as const))('%s: it is issued, once', (_name, way) => {
    const { events, held, holder, session } = outcomeOf(outcomes, way)
    expect(held.claims).toMatchObject(way.one.seen)
    expect(held.holderKey).toMatchObject(bareKey(holder.publicJwk))
    expect(session).toMatchObject({ state: 'completed' })
    expect(events.filter((name) => name === 'credential_issued')).toHaveLength(1)
    expect(events.filter((name) => name === 'accepted')).toHaveLength(1)
  })
})

it('the ways that are walked have every two choices together that any way has', () => {
  const pairs = (ways: readonly Way[]) => new Set(ways.flatMap(pairsOf))
  expect(pairs(FEW)).toEqual(pairs(WAYS))
  expect(pairs(WALKED)).toEqual(pairs(WAYS))
  // Pairs of grant and format alone are thirty.
  expect(FEW.length).toBeLessThanOrEqual(45)
})
