/** `GET /openid4vc/sessions` of every service that has sessions: the door, what may be asked, and how it refuses. */
import { defined } from '@countersign/core/json'
import type { SessionEvent } from '@countersign/protocol/session-event'
import type { z } from 'zod'
import { errorAnswer } from '../http/answers/described-answers.ts'
import { fail, type WireError } from '../http/answers/wire-errors.ts'
import { storeAnswers } from '../http/common-answers.ts'
import type { ServiceApp } from '../http/service-app.ts'
import type { ListedSession, ListedStore, ListOrder } from './list-sessions.ts'

export interface ListDescription<T, Row> {
  readonly summary: string
  readonly tag: string
  readonly query: z.ZodType<ListOrder>
  readonly page: z.ZodType
  /** What the list says of a session, as it is at this time in epoch seconds. */
  readonly rowOf: (session: T, now: number) => Row
}

/** For a `before` that no list gave out. */
export const listPlaceUnknown: WireError = {
  status: 400,
  message: 'querystring/before: expected `next` of an earlier page',
  refusal: 'list_place_unknown',
}

export function listRoute<T extends ListedSession, Row extends { readonly state: string }>(
  app: ServiceApp,
  store: ListedStore<T>,
  { page, query, rowOf, summary, tag }: ListDescription<T, Row>,
): void {
  app.get(
    '/openid4vc/sessions',
    {
      schema: { summary, tags: [tag], querystring: query },
      config: {
        door: 'management',
        scope: 'sessions:read',
        answers: {
          200: { description: 'A page, newest first', schema: page },
          400: errorAnswer('A parameter is unknown, or is not what it may be', listPlaceUnknown),
          ...storeAnswers(),
        },
      },
    },
    async (request) => {
      const { listSessions } = await import('./list-sessions.ts')
      const listed = await listSessions(store, request.query, rowOf)
      return listed.ok ? listed.value : fail(listPlaceUnknown)
    },
  )
}

/** What every row says of the events of its session. */
export function eventFacts(events: readonly SessionEvent[]) {
  const last = events.at(-1)
  const servedBy = [...new Set(events.flatMap((event) => event.servedBy ?? []))]
  return defined({
    lastEvent:
      last && defined({ sequence: last.sequence, type: last.type, at: last.at, servedBy: last.servedBy }),
    servedBy: servedBy.length === 0 ? undefined : servedBy,
  })
}
