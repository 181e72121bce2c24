/**
 * Between wallets and instances: a balancer that picks any instance, connections that break before and after. What an
 * instance answered is recorded when it is answered, whether or not the answer arrives: a thief may be the one who gets it.
 */
import type { Deployment } from './deployment.ts'
import { handle, type Reply, type Request } from './endpoints.ts'
import type { Faults } from './faults.ts'
import { ConnectionCut, type Instance } from './instance.ts'
import type { ToldEvent } from './receiver.ts'
import type { Scheduler } from './scheduler.ts'
import type { PublishedList } from './status-list.ts'
import type { StoreServer } from './store-server.ts'

export interface World {
  readonly scheduler: Scheduler
  readonly faults: Faults
  readonly server: StoreServer
  readonly deployment: Deployment
  readonly list: PublishedList
  readonly instances: readonly Instance[]
  readonly exchanges: Exchange[]
  readonly promises: HonestPromise[]
  readonly taken: TakenAnswer[]
  readonly told: readonly ToldEvent[]
}

/** An honest answer that the verifier took. */
export interface TakenAnswer {
  readonly by: string
  readonly verificationId: string
  /** Of the credential, in the status list. */
  readonly index: number
}

/** A request that an instance answered. */
export interface Exchange {
  readonly by: string
  readonly request: Request
  readonly reply: Reply
  /** Steps of the scheduler at arrival and at the answer. */
  readonly arrived: number
  readonly answered: number
}

/** What somebody who did all right is owed; looked at in the end. */
export interface HonestPromise {
  readonly to: string
  readonly what: string
  kept: boolean
  /** Where it ended, when it did not end well. */
  reason?: string
}

export function promised(world: World, to: string, what: string): HonestPromise {
  const promise = { to, what, kept: false }
  world.promises.push(promise)
  return promise
}

/** `reason`: why it was not kept; some are excused. */
export function settle(
  promise: HonestPromise,
  reason: string | undefined,
  excuses: readonly string[] = [],
): void {
  promise.kept = reason === undefined || excuses.includes(reason)
  if (reason !== undefined) promise.reason = reason
}

const CUT = { ok: false, code: 'cut' } as const

/** The answer, a refusal, or `cut`. */
export async function call(world: World, by: string, request: Request): Promise<Reply> {
  const { scheduler, faults } = world
  const label = `${by}: ${request.kind}`
  await scheduler.turn(label)
  if (faults.strikes('request lost')) return lost(world, label, 'request lost')
  const instance = scheduler.random.pick(world.instances)
  if (!instance.isUp()) return lost(world, label, `${instance.name} is down`)
  try {
    const reply = await instance.serve(label, async (services) => {
      const arrived = scheduler.steps()
      const answer = await handle(services, request, by)
      world.exchanges.push({ by, request, reply: answer, arrived, answered: scheduler.steps() })
      scheduler.note(`${instance.name} ${label} → ${answer.ok ? 'ok' : answer.code}`)
      return answer
    })
    return faults.strikes('response lost') ? lost(world, label, 'response lost') : reply
  } catch (error) {
    if (error instanceof ConnectionCut) return lost(world, label, 'connection cut')
    throw error
  }
}

function lost({ scheduler }: World, label: string, how: string): Reply {
  scheduler.note(`${label} · ${how}`)
  return CUT
}

const PATIENCE = 80

/**
 * Sends until there is an answer that is one. `make` is asked anew for each try, since a proof may be used once;
 * `dpop_replayed` then only says that somebody else was faster with ours.
 */
export async function persist(
  world: World,
  by: string,
  make: () => Promise<Request> | Request,
): Promise<Reply> {
  let reply: Reply = CUT
  for (let attempt = 0; attempt < PATIENCE; attempt += 1) {
    reply = await call(world, by, await make())
    if (reply.ok || !['cut', 'unavailable', 'dpop_replayed'].includes(reply.code)) return reply
    await world.scheduler.pause(`${by} waits`, 50 + world.scheduler.random.below(500))
  }
  return reply
}
