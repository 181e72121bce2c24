/**
 * Flows with status lists through two instances of each service while everything around them fails: nothing is lost, and
 * nothing is used twice. `npm test` runs a short form; `COUNTERSIGN_FLOWS` says how many for a longer one.
 */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { sentTo } from '@countersign/testing/client/http'
import { newWalletUser, type WalletUser } from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../simulation/random.ts'
import { startFaults } from './faults.ts'
import { presentedFlow, revokedFlow, walletFlow } from './flow.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { type RepeatingBalancer, startRepeatingBalancer } from './repeating-balancer.ts'
import { type DurableStores, startDurableStores } from './stores.ts'

const FLOWS = Number(process.env['COUNTERSIGN_FLOWS'] ?? 150)
const CONCURRENT = 12
const USERS = 4

let stores: DurableStores
let cluster: Cluster
let repeating: readonly [string, RepeatingBalancer][]
let users: readonly WalletUser[]

beforeAll(async () => {
  stores = await startDurableStores()
  const sessions = `--sessions=${stores.redisUrl}`
  const database = `--database=${stores.databaseUrl}`
  cluster = await startCluster({
    ports: 'free',
    sessions: 'memory',
    flags: {
      wallet: [sessions, database],
      // A list is asked for again all the time.
      issuer: [sessions, database, '--statusListTtlSeconds=1'],
      verifier: [sessions],
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
})

it(`at least ${FLOWS} flows come to their right end, each once`, {
  timeout: 600_000 + FLOWS * 2000,
}, async () => {
  const ledger = openLedger()
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? 1)
  const random = seededRandom(seed).fraction
  const faults = startFaults({ cluster, stores, random, listsAwayMs: FLOWS < 1000 ? 4000 : 10_000 })
  const begun = await flowsWhile((begun) => begun < FLOWS || !faults.haveAllBeen(), ledger)
  await faults.stop()
  const repeats = repeating.reduce((sum, [, balancer]) => sum + balancer.repeats(), 0)
  console.log({ seed, faults: faults.counts, flows: ledger.finished, repeats })
  expect(ledger.lost).toEqual([])
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
  const name = `flow ${at}`
  const kind = KINDS[Math.floor(at / 2) % KINDS.length] ?? 'presented'
  const run = () => FLOW_OF[kind](name, at, ledger)
  const others = new Map(repeating.map(([url, balancer]) => [url, balancer.url]))
  try {
    await (at % 2 === 0 ? run() : sentTo(others, run))
    ledger.finish(at % 2 === 0 ? kind : `${kind}, repeated`)
  } catch (error) {
    ledger.lost.push(`${name} (${kind}): ${error instanceof Error ? error.message : String(error)}`)
  }
}

const KINDS = ['presented', 'by the wallet', 'presented', 'revoked'] as const

const FLOW_OF = {
  presented: (name: string, _at: number, ledger: Ledger) => presentedFlow(name, cluster.urls, ledger),
  revoked: (name: string, _at: number, ledger: Ledger) => revokedFlow(name, cluster.urls, ledger),
  'by the wallet': (name: string, at: number, ledger: Ledger) => {
    const user = users[at % users.length]
    if (user === undefined) throw new Error('no user')
    return walletFlow(name, cluster.urls, ledger, user)
  },
}
