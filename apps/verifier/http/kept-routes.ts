/** What is kept of a verification beside its result: the presentations, and the end of all of it. */
import { presentedCredentials, presentedQuery } from '@countersign/api/verifier/presented'
import { isSessionId } from '@countersign/core/session-id'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { z } from 'zod'
import { forgetVerification } from '../response/forget-verification.ts'
import { readVerification } from '../response/look-again.ts'
import type { Verifier } from '../verifier.ts'
import { notVerified, presentationsNotKept, sessionUnknown } from './wire.ts'

const params = z.object({ id: z.string().min(1).max(200).describe('Id of the session') })
const tags = ['relying party']
const unknown = errorAnswer('There is no such session, or not any more', sessionUnknown)

export function keptRoutes(app: ServiceApp, verifier: Verifier): void {
  app.get(
    '/openid4vc/session/:id/presented-credentials',
    {
      schema: {
        summary: 'Read what the wallet sent, taken apart',
        tags,
        params,
        querystring: presentedQuery,
      },
      config: {
        door: 'management',
        scope: 'sessions:read',
        answers: {
          200: {
            description: 'By the format of the credentials',
            schema: presentedCredentials,
          },
          404: unknown,
          409: errorAnswer(
            'Nothing is verified, or `verbose` is asked of presentations that were not kept',
            presentationsNotKept,
          ),
          ...storeAnswers(),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { viewMode } = request.query
      const session = isSessionId(id) ? await readVerification(verifier, id) : undefined
      if (session === undefined) return fail(sessionUnknown)
      if (session.state !== 'verified') return fail(notVerified)
      if (viewMode === 'verbose' && session.keepPresentations !== true) return fail(presentationsNotKept)
      const { presentedView } = await import('./presented-view.ts')
      void reply.header('cache-control', 'no-store')
      return presentedView(verifier, session.credentials, viewMode)
    },
  )

  app.delete(
    '/openid4vc/session/:id',
    {
      schema: { summary: 'Forget a verification and its result', tags, params },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door: 'management',
        scope: 'sessions:write',
        answers: { 204: { description: 'It is gone' }, 404: unknown, ...storeAnswers() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!isSessionId(id) || !(await forgetVerification(verifier, id))) fail(sessionUnknown)
      return reply.status(204).send()
    },
  )
}
