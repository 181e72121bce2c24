/**
 * Tells a session's events to whom it names, in their order, each at least once: the number up to which they were told moves only
 * when the receiver has said that he has it (docs/decisions/065). Whoever does this has leased the session. It may be done once too
 * often: the receiver knows an event by its id.
 */
import { ok } from '@countersign/core/result'
import {
  nextToTell,
  nextTryMs,
  type SessionCallback,
  type TellingSession,
  withGivenUp,
  withTold,
} from '@countersign/protocol/session-callback'
import type { SessionEvent } from '@countersign/protocol/session-event'
import type { SessionStore } from '@countersign/stores/ports'
import type { Logger } from '../operation/log.ts'
import { type BackOff, transition } from '../sessions/session-transition.ts'
import type { Callbacks, Delivery } from './post-callback.ts'

export interface TellingPorts<T extends TellingSession> {
  readonly sessions: SessionStore<T>
  readonly callbacks: Pick<Callbacks, 'post' | 'random'>
  /** What the receiver reads: the session as it is now, and the event. */
  readonly bodyOf: (session: T, event: SessionEvent) => object
  /** Epoch seconds. */
  readonly now: () => number
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly backOff?: BackOff | undefined
}

/** Less than a lease lasts, in seconds: what is left is told under the next one. */
const LONGEST_SECONDS = 8
/** How much later than it could it comes, at most. */
const SPREAD = 0.25

/** In how many milliseconds to come again; undefined: there is nothing to tell. */
export async function tellSession<T extends TellingSession>(
  ports: TellingPorts<T>,
  id: string,
): Promise<number | undefined> {
  const startedAt = ports.now()
  for (;;) {
    const session = (await ports.sessions.get(id))?.value
    const event = session && nextToTell(session)
    if (session?.callback === undefined || event === undefined) return undefined
    const { callback } = session
    const delivery = await ports.callbacks.post(callbackOf(ports, id, session, event, callback))
    const againMs = delivery.outcome === 'taken' ? undefined : comeAgainMs(ports, delivery, event, callback)
    if (againMs !== undefined) {
      if (delivery.outcome === 'failed')
        ports.log.info({ id, event: event.sequence, reason: delivery.reason, againMs }, 'a callback failed')
      return againMs
    }
    if (delivery.outcome === 'taken') {
      await move(ports, id, (latest) => withTold(latest, event.sequence))
    } else {
      await move(ports, id, (latest) => withGivenUp(latest, ports.now()))
      ports.log.warn({ id, event: event.sequence, why: delivery.outcome }, 'a callback was given up')
    }
    if (ports.now() - startedAt >= LONGEST_SECONDS) return 0
  }
}

function callbackOf<T extends TellingSession>(
  { bodyOf }: TellingPorts<T>,
  id: string,
  session: T,
  event: SessionEvent,
  { apiKey, uri }: SessionCallback,
) {
  return { uri, apiKey, id: `${id}.${event.sequence}`, body: JSON.stringify(bodyOf(session, event)) }
}

/** Undefined: never. */
function comeAgainMs(
  { callbacks, now }: Pick<TellingPorts<TellingSession>, 'callbacks' | 'now'>,
  delivery: Exclude<Delivery, { readonly outcome: 'taken' }>,
  event: SessionEvent,
  callback: SessionCallback,
): number | undefined {
  if (delivery.outcome === 'gone') return undefined
  const usual = nextTryMs(event, callback, now())
  if (usual === undefined) return undefined
  const ms = delivery.outcome === 'spared' ? delivery.forMs : usual
  return ms * (1 + callbacks.random() * SPREAD)
}

async function move<T extends TellingSession>(
  { sessions, backOff }: TellingPorts<T>,
  id: string,
  moved: (session: T) => T,
): Promise<void> {
  await transition(sessions, id, (session) => ok(moved(session)), undefined, backOff)
}
