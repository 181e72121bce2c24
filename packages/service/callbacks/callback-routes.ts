/** How far the events of a session were told, and telling them again by hand: alike for every kind of session. */
import { type CallbackView, callbackView, tellAgainBody } from '@countersign/api/callbacks'
import { ok, refuse } from '@countersign/core/result'
import { isSessionId } from '@countersign/core/session-id'
import { type TellingSession, withToldAgain } from '@countersign/protocol/session-callback'
import { z } from 'zod'
import { errorAnswer } from '../http/answers/described-answers.ts'
import { fail, type WireError } from '../http/answers/wire-errors.ts'
import { storeAnswers } from '../http/common-answers.ts'
import { BODY_LIMITS } from '../http/request-bodies.ts'
import type { ServiceApp } from '../http/service-app.ts'
import { type SessionPorts, stepSession } from '../sessions/session-transition.ts'

export interface CallbackRoutes {
  readonly tag: string
  readonly unknown: WireError
}

const params = z.object({ id: z.string().min(1).max(200).describe('Id of the session') })

const noCallback: WireError = {
  status: 404,
  message: 'Nobody is told of this session: it was made without statusCallbackUri',
}

export function callbackRoutes<T extends TellingSession>(
  app: ServiceApp,
  ports: SessionPorts<T> & { readonly now: () => number },
  { tag, unknown }: CallbackRoutes,
): void {
  const answers = {
    200: { description: 'How far the events were told', schema: callbackView },
    404: errorAnswer('There is no such session, or nobody is told of it', noCallback),
    ...storeAnswers(),
  }
  app.get(
    '/openid4vc/session/:id/callback',
    {
      schema: { summary: 'Read how far the events of a session were told', tags: [tag], params },
      config: { door: 'management', scope: 'sessions:read', answers },
    },
    async (request) => {
      const { id } = request.params
      const found = isSessionId(id) ? await ports.sessions.get(id) : undefined
      return found === undefined ? fail(unknown) : (viewOf(found.value) ?? fail(noCallback))
    },
  )

  app.post(
    '/openid4vc/session/:id/callback/redeliver',
    {
      schema: { summary: 'Tell the events of a session again', tags: [tag], params, body: tellAgainBody },
      bodyLimit: BODY_LIMITS.message,
      config: { door: 'management', scope: 'callbacks:write', idempotent: true, answers },
    },
    async (request) => {
      const { id } = request.params
      if (!isSessionId(id)) fail(unknown)
      const { from = 1 } = request.body
      const now = ports.now()
      const moved = await stepSession(ports, id, (session) =>
        session.callback === undefined
          ? refuse({ code: 'no_callback' } as const)
          : ok(withToldAgain(session, from, now)),
      )
      if (!moved.ok) fail(moved.error.code === 'no_callback' ? noCallback : unknown)
      return viewOf(moved.value.after) ?? fail(noCallback)
    },
  )
}

function viewOf({ callback, events }: TellingSession): CallbackView | undefined {
  if (callback === undefined) return undefined
  const { givenUpAt, toldUpTo, uri } = callback
  const waiting = events.filter(({ sequence }) => sequence > toldUpTo).length
  return { uri, toldUpTo, waiting, ...(givenUpAt !== undefined && { givenUpAt }) }
}
