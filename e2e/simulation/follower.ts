/**
 * A relying party that follows a verification live. It watches for signals at some instance, reads the session at each,
 * and goes on at another instance from the last event it has when its own goes away. Signals may be lost, so it also
 * looks now and then by itself. It is owed every event, once, in order, up to the decision.
 */
import { isDecided, type VerificationSession } from '@countersign/protocol/openid4vp/session'
import { StoreUnavailable } from '@countersign/stores/ports'
import { readVerification } from '@countersign/verifier/response/look-again'
import { ConnectionCut, type Services } from './instance.ts'
import { promised, settle, type World } from './network.ts'

const LOOKS_EVERY_MS = 1_500

interface Heard {
  /** `1 created`, `2 requested` … */
  readonly events: string[]
  session: VerificationSession | undefined
  /** The store has forgotten it. */
  gone: boolean
}

export async function follow(world: World, name: string, id: string): Promise<void> {
  const promise = promised(world, name, 'hears every event once and in order')
  const heard: Heard = { events: [], session: undefined, gone: false }
  while (!isOver(heard)) {
    await followAtOne(world, name, id, heard)
    await world.scheduler.pause(`${name} connects again`, 100)
  }
  settle(promise, mistakeIn(heard))
}

/** The end of the time is an end too: whoever looks first after it writes it. */
function isOver({ session, gone }: Heard): boolean {
  return gone || (session !== undefined && isDecided(session))
}

function mistakeIn({ events, session }: Heard): string | undefined {
  if (session === undefined || !isDecided(session)) return 'session_expired'
  const happened = session.events.map(({ sequence, type }) => `${sequence} ${type}`)
  return JSON.stringify(events) === JSON.stringify(happened) ? undefined : `heard ${events.join(', ')}`
}

async function followAtOne(world: World, name: string, id: string, heard: Heard): Promise<void> {
  const instance = world.scheduler.random.pick(world.instances)
  if (!instance.isUp()) return
  try {
    await instance.serve(`${name}: events`, (services) => stream(world, services, { name, id, heard }))
  } catch (error) {
    if (!(error instanceof ConnectionCut || error instanceof StoreUnavailable)) throw error
    world.scheduler.note(`${name} · ${error.name}`)
  }
}

interface Following {
  readonly name: string
  readonly id: string
  readonly heard: Heard
}

async function stream(world: World, { verifier }: Services, { name, id, heard }: Following): Promise<void> {
  let woken = Promise.withResolvers<void>()
  const watching = await verifier.signals.watch(id, () => woken.resolve())
  try {
    for (;;) {
      hear(heard, await readVerification(verifier, id))
      if (isOver(heard)) return
      await Promise.race([woken.promise, world.scheduler.pause(`${name} looks`, LOOKS_EVERY_MS)])
      woken = Promise.withResolvers<void>()
    }
  } finally {
    await watching.close()
  }
}

function hear(heard: Heard, session: VerificationSession | undefined): void {
  heard.gone = session === undefined
  if (session === undefined) return
  heard.session = session
  const fresh = session.events.slice(heard.events.length)
  heard.events.push(...fresh.map(({ sequence, type }) => `${sequence} ${type}`))
}
