/**
 * Whom instances tell what happens to a session: now and then he refuses, or takes it and his answer gets lost. What he took is
 * written down, in the order of its coming.
 */
import type { Callback, Callbacks } from '@countersign/service/callbacks/post-callback'
import type { StoreLine } from './simulated-store.ts'

export interface ToldEvent {
  /** Of the session. */
  readonly session: string
  readonly sequence: number
  readonly type: string
  /** Steps of the scheduler. */
  readonly step: number
}

export function toldBy({ faults, life, name, scheduler, server }: StoreLine, told: ToldEvent[]): Callbacks {
  return {
    judge: () => undefined,
    random: () => scheduler.random.below(1000) / 1000,
    post: async (callback) => {
      const event = eventOf(callback)
      const what = `${server.alias('told', event.session)} ${event.sequence}`
      await scheduler.turn(`${name} tells ${what}`, life)
      if (faults.strikes('callback refused')) return { outcome: 'failed', reason: 'status_500' }
      told.push({ ...event, step: scheduler.steps() })
      await scheduler.turn(`${name} hears that ${what} is taken`, life)
      return faults.strikes('callback unheard')
        ? { outcome: 'failed', reason: 'timeout' }
        : { outcome: 'taken' }
    },
  }
}

function eventOf({ body, id }: Callback): Omit<ToldEvent, 'step'> {
  const { event } = JSON.parse(body) as { readonly event: Pick<ToldEvent, 'sequence' | 'type'> }
  const session = id.slice(0, id.lastIndexOf('.'))
  if (id !== `${session}.${event.sequence}`) throw new Error(`${id} tells of event ${event.sequence}`)
  return { session, sequence: event.sequence, type: event.type }
}
