/**
 * What goes wrong, one thing after the other for as long as flows run: processes are killed, stopped in their tracks and
 * told to end, Redis is silent or gone, PostgreSQL is restarted, status lists are away. Each fault heals before the next.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, ClusterService } from '@countersign/countersign/cluster/start-cluster'
import type { DurableStores } from './stores.ts'

export interface Faulty {
  readonly cluster: Cluster
  readonly stores: DurableStores
  /** From 0 to 1; of a seed, so that a run can be told apart from another. */
  readonly random: () => number
  /** More than the three seconds in which a verifier looks for a list. */
  readonly listsAwayMs: number
}

type Fault = (faulty: Faulty) => Promise<void>

const FAULTS: Readonly<Record<string, { readonly weight: number; readonly fault: Fault }>> = {
  'an instance killed': { weight: 10, fault: (faulty) => ended(faulty, 'SIGKILL') },
  'an instance told to end': { weight: 4, fault: (faulty) => ended(faulty, 'SIGTERM') },
  'an instance stopped in its tracks': { weight: 4, fault: stopped },
  'Redis silent': { weight: 2, fault: ({ stores, random }) => stores.pauseRedis(upTo(3000, random)) },
  'Redis killed': { weight: 2, fault: ({ stores, random }) => stores.killRedis(upTo(1000, random)) },
  'PostgreSQL restarted': {
    weight: 2,
    fault: ({ stores, random }) => stores.restartPostgres(upTo(1000, random)),
  },
  'status lists silent': { weight: 1, fault: listsSilent },
  'status lists gone': { weight: 1, fault: listsGone },
}

export interface FaultsMade {
  readonly counts: ReadonlyMap<string, number>
  /** Every kind was made at least once, or one could not be made: `stop` says which. */
  haveAllBeen(): boolean
  /** Ends with the fault that is under way; resolves when everything is well again. */
  stop(): Promise<void>
}

/** Each kind once, in the order of the table, then by their weights until it is stopped. */
export function startFaults(faulty: Faulty): FaultsMade {
  const kinds = Object.keys(FAULTS)
  const counts = new Map<string, number>()
  let over = false
  const makeAll = async () => {
    while (!over) {
      const name = kinds.find((kind) => !counts.has(kind)) ?? drawn(faulty.random)
      await FAULTS[name]?.fault(faulty)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      await delay(100 + faulty.random() * 400)
    }
  }
  const made = makeAll()
  made.catch(() => {
    over = true
  })
  return {
    counts,
    haveAllBeen: () => over || counts.size === kinds.length,
    stop: () => {
      over = true
      return made
    },
  }
}

function drawn(random: () => number): string {
  const entries = Object.entries(FAULTS)
  const total = entries.reduce((sum, [, { weight }]) => sum + weight, 0)
  let left = random() * total
  for (const [name, { weight }] of entries) {
    left -= weight
    if (left < 0) return name
  }
  return 'an instance killed'
}

function upTo(milliseconds: number, random: () => number): () => Promise<void> {
  return () => delay(random() * milliseconds)
}

function oneOf({ cluster, random }: Faulty): ClusterService {
  const there = cluster.services.filter(({ service }) => service !== 'repository')
  const found = there[Math.floor(random() * there.length)]
  if (found === undefined) throw new Error('no instance')
  return found
}

async function ended(faulty: Faulty, signal: NodeJS.Signals): Promise<void> {
  const victim = oneOf(faulty)
  await victim.kill(signal)
  await victim.restart()
}

async function stopped(faulty: Faulty): Promise<void> {
  const victim = oneOf(faulty)
  await victim.kill('SIGSTOP')
  await delay(faulty.random() * 4000)
  await victim.kill('SIGCONT')
}

/** Verifiers that have just begun have kept no list yet. */
async function listsAway(faulty: Faulty, away: NodeJS.Signals): Promise<readonly ClusterService[]> {
  const { services } = faulty.cluster
  const issuers = services.filter(({ service }) => service === 'issuer')
  await Promise.all(issuers.map((issuer) => issuer.kill(away)))
  const until = performance.now() + faulty.listsAwayMs
  for (const verifier of services.filter(({ service }) => service === 'verifier')) await verifier.restart()
  await delay(Math.max(0, until - performance.now()))
  return issuers
}

async function listsSilent(faulty: Faulty): Promise<void> {
  const issuers = await listsAway(faulty, 'SIGSTOP')
  await Promise.all(issuers.map((issuer) => issuer.kill('SIGCONT')))
}

async function listsGone(faulty: Faulty): Promise<void> {
  const issuers = await listsAway(faulty, 'SIGKILL')
  await Promise.all(issuers.map((issuer) => issuer.restart()))
}
