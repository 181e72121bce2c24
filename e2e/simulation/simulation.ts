/**
 * One seed from beginning to end: a deployment of two to four instances, a few scenes at once, crashes in between, and
 * then the judgement of the invariants. Everything that differs from seed to seed is drawn from the seed.
 */
import { createHash } from 'node:crypto'
import { crashes } from './crashes.ts'
import type { Deployment } from './deployment.ts'
import { type FaultKind, type FaultPlan, openFaults } from './faults.ts'
import { openInstance } from './instance.ts'
import { judge, type Violation } from './invariants.ts'
import type { World } from './network.ts'
import { type Random, seededRandom } from './random.ts'
import type { ToldEvent } from './receiver.ts'
import { sameDeviceScenes } from './same-device-scenes.ts'
import { issuanceScenes, openCast, verificationScenes } from './scenes.ts'
import { openScheduler, type Pace } from './scheduler.ts'
import type { Flaw } from './simulated-store.ts'
import { type PublishedList, publishList } from './status-list.ts'
import { openStoreServer, type StoreServer } from './store-server.ts'

export interface Simulated {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly history: readonly string[]
  /** Of the schedule and all outcomes: equal for two runs of a seed, also where signatures differ. */
  readonly historyHash: string
  readonly steps: number
  /** Requests that an instance answered. */
  readonly requests: number
  /** What honest wallets and followers were owed. */
  readonly promises: number
  /** Events that receivers of callbacks took, some of them twice. */
  readonly told: number
  readonly faults: Readonly<Record<FaultKind, number>>
  readonly store: Readonly<StoreServer['counts']>
  readonly list: Readonly<PublishedList['counts']>
}

export interface SimulationOptions {
  readonly deployment: Deployment
  readonly flaw?: Flaw
}

const faultPlan: FaultPlan = {
  budget: 24,
  probability: {
    'command lost': 0.02,
    'store reply lost': 0.02,
    'line down': 0.02,
    'request lost': 0.03,
    'response lost': 0.05,
    crash: 1,
    'callback refused': 0.25,
    'signal lost': 0.06,
    'callback unheard': 0.25,
  },
}

const usualPace: Pace = { usualMs: 12, jumpMs: 12, jumpChance: 0 }
/** Things take so long that codes, nonces and proofs grow old on the way. */
const slowPace: Pace = { usualMs: 12, jumpMs: 60_000, jumpChance: 0.01 }

export async function simulate(seed: number, { deployment, flaw }: SimulationOptions): Promise<Simulated> {
  const random = seededRandom(seed)
  const slow = random.chance(0.15)
  const scheduler = openScheduler(random, slow ? slowPace : usualPace)
  const faults = openFaults(random, faultPlan)
  const server = openStoreServer(scheduler)
  const list = publishList(scheduler)
  const told: ToldEvent[] = []
  const instances = Array.from({ length: 2 + random.below(3) }, (_, index) => {
    const line = { server, scheduler, faults, name: `i${index + 1}`, flaw }
    return openInstance({ deployment, line, list, told, clockOffset: random.below(5) - 2 })
  })
  const recorded = { exchanges: [], promises: [], taken: [], told }
  const world: World = { scheduler, faults, server, deployment, list, instances, ...recorded }
  const names = setTheScene(world, random)
  scheduler.spawn(() => crashes(world, random.below(5)))
  const bug = await scheduler
    .run(() => server.dueSize() > 0)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  const violations = bug === undefined ? await judge(world, { slow }) : [broken(bug)]
  const history = [`seed ${seed}: ${instances.length} instances, ${names.join(', ')}`, ...scheduler.history]
  const { exchanges } = world
  return {
    seed,
    violations,
    history,
    historyHash: createHash('sha256').update(history.join('\n')).digest('hex'),
    steps: scheduler.steps(),
    requests: exchanges.length,
    promises: world.promises.length,
    told: world.told.length,
    faults: faults.seen,
    store: server.counts,
    list: list.counts,
  }
}

const allVerifications = { ...verificationScenes, ...sameDeviceScenes }

function setTheScene(world: World, random: Random): readonly string[] {
  const cast = openCast(world)
  const play = (scenes: typeof issuanceScenes) => {
    const [name, scene] = random.pick(Object.entries(scenes))
    world.scheduler.spawn(() => scene(world, cast))
    return name
  }
  const issuances = Array.from({ length: 1 + random.below(3) }, () => play(issuanceScenes))
  const verifications = Array.from({ length: 1 + random.below(2) }, () => play(allVerifications))
  return [...issuances, ...verifications]
}

function broken(error: unknown): Violation {
  const facts =
    error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error)
  return { invariant: 'nothing throws but an unavailable store', facts }
}
