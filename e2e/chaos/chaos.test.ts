/**
 * Flows with status lists through two instances of each service while everything around them fails: nothing is lost, and
 * nothing is used twice. `npm test` runs a short form; `COUNTERSIGN_FLOWS` says how many for a longer one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import {
  isPostedModeName,
  RESPONSE_MODE_NAMES,
} from '@countersign/protocol/openid4vp/response/response-modes'
import { sentTo } from '@countersign/testing/client/http'
import { newWalletUser, type WalletUser } from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeVerifierMeans, type VerifierMeans } from '../presentation/verifier-means.ts'
import { nameOf, WAYS, type Way } from '../presentation/ways.ts'
import { seededRandom } from '../simulation/random.ts'
import { startFaults } from './faults.ts'
import { type Flow, presentedFlow, revokedFlow, walletFlow } from './flow.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { type RepeatingBalancer, startRepeatingBalancer } from './repeating-balancer.ts'
import { type DurableStores, startDurableStores } from './stores.ts'

const FLOWS = Number(process.env['COUNTERSIGN_FLOWS'] ?? 150)
const CONCURRENT = 12
const USERS = 4

/** Decides the faults and the ways. */
const SEED = Number(process.env['COUNTERSIGN_SEED'] ?? 1)
const { pick: pickWay } = seededRandom(SEED)

let folder: string
let means: VerifierMeans
let stores: DurableStores
let cluster: Cluster
let repeating: readonly [string, RepeatingBalancer][]
let users: readonly WalletUser[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-chaos-means-'))
  means = await makeVerifierMeans(folder)
  stores = await startDurableStores()
  const sessions = `--sessions=${stores.redisUrl}`
  const database = `--database=${stores.databaseUrl}`
  cluster = await startCluster({
    ports: 'free',
    sessions: 'memory',
    flags: {
      wallet: [sessions, database, ...means.walletFlags()],
      // A list is asked for again all the time.
      issuer: [sessions, database, '--statusListTtlSeconds=1'],
      verifier: [sessions, ...means.verifierFlags],
    },
  })
  repeating = await Promise.all(
    (['issuer', 'verifier', 'wallet'] as const).map(async (service) => {
      const instances = cluster.services.filter((one) => one.service === service)
      return [cluster.urls[service], await startRepeatingBalancer(instances.map(({ url }) => url))] as const
    }),
  ).then((balancers) => balancers.map(([url, balancer]) => [url, balancer]))
  users = await Promise.all(Array.from({ length: USERS }, () => newWalletUser(cluster.urls.wallet)))
})

afterAll(async () => {
  await Promise.all((repeating ?? []).map(([, balancer]) => balancer.close()))
  await cluster?.stop()
  await stores?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

it(`at least ${FLOWS} flows come to their right end, each once`, {
  timeout: 600_000 + FLOWS * 2000,
}, async () => {
  const ledger = openLedger()
  const random = seededRandom(SEED).fraction
  const faults = startFaults({ cluster, stores, random, listsAwayMs: FLOWS < 1000 ? 4000 : 10_000 })
  const begun = await flowsWhile((begun) => begun < FLOWS || !faults.haveAllBeen(), ledger)
  await faults.stop()
  const repeats = repeating.reduce((sum, [, balancer]) => sum + balancer.repeats(), 0)
  console.log({ seed: SEED, faults: faults.counts, flows: ledger.finished, repeats })
  expect(ledger.lost).toEqual([])
  const walkedModes = [...ledger.finished.keys()].map((kind) => kind.split(' by ').at(-1)?.split(',')[0])
  expect(new Set(walkedModes)).toEqual(new Set(RESPONSE_MODE_NAMES))
  expect(ledger.doubled).toEqual([])
  expect([...ledger.finished.values()].reduce((sum, count) => sum + count, 0)).toBe(begun)
})

/** Resolves with how many there were. */
async function flowsWhile(goesOn: (begun: number) => boolean, ledger: Ledger): Promise<number> {
  let begun = 0
  const worker = async () => {
    while (goesOn(begun)) await oneFlow(begun++, ledger)
  }
  await Promise.all(Array.from({ length: CONCURRENT }, worker))
  return begun
}

/** Every second one through balancers that repeat everything. */
async function oneFlow(at: number, ledger: Ledger): Promise<void> {
  const { kind, ways, walk } = KINDS[Math.floor(at / 2) % KINDS.length] ?? PRESENTED
  const way = pickWay(ways)
  const name = `flow ${at} (${kind}, ${nameOf(way)})`
  const run = () => walk({ name, way, ledger, known: means.known, urls: cluster.urls }, at)
  const others = new Map(repeating.map(([url, balancer]) => [url, balancer.url]))
  try {
    await (at % 2 === 0 ? run() : sentTo(others, run))
    ledger.finish(`${kind} by ${way.responseMode}${at % 2 === 0 ? '' : ', repeated'}`)
  } catch (error) {
    ledger.lost.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

interface Kind {
  readonly kind: string
  readonly ways: readonly Way[]
  readonly walk: (flow: Flow, at: number) => Promise<void>
}

const PRESENTED: Kind = { kind: 'presented', ways: WAYS, walk: presentedFlow }
const KINDS: readonly Kind[] = [
  PRESENTED,
  {
    kind: 'by the wallet',
    ways: WAYS.filter(({ responseMode }) => isPostedModeName(responseMode)),
    walk: (flow, at) => {
      const user = users[at % users.length]
      if (user === undefined) throw new Error('no user')
      return walletFlow(flow, user)
    },
  },
  PRESENTED,
  { kind: 'revoked', ways: WAYS, walk: revokedFlow },
]
