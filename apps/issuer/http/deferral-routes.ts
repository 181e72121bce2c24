/** Whether a credential that somebody has to agree to is issued: said by whoever made the offer, before its wallet comes or after. */
import { deferralDecision } from '@countersign/api/issuer/deferral'
import { issuanceSession, sessionParams } from '@countersign/api/issuer/sessions'
import { isSessionId } from '@countersign/core/session-id'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { stepSession } from '@countersign/service/sessions/session-transition'
import type { Issuer } from '../issuer.ts'
import { DEFERRAL_ERRORS, sessionUnknown } from './answers/wire.ts'
import { sessionView } from './session-view.ts'

export function deferralRoutes(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/openid4vc/session/:id/deferred',
    {
      schema: {
        summary: 'Agree to a deferred credential, or refuse it',
        description:
          'Of an offer with `issuanceType: DEFERRED`. A wallet that was told to come again is given the credential, or hears that it is denied, when it comes. The same once more changes nothing.',
        tags: ['management'],
        params: sessionParams,
        body: deferralDecision,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door: 'management',
        scope: 'sessions:write',
        answers: {
          200: { description: 'The issuance as it is then', schema: issuanceSession },
          400: errorAnswer(
            'Nothing of that name is deferred here',
            DEFERRAL_ERRORS.deferral_unknown({ code: 'deferral_unknown', configurationId: 'x' }),
          ),
          404: errorAnswer('There is no such issuance, or not any more', sessionUnknown),
          409: errorAnswer(
            'It was decided otherwise before',
            DEFERRAL_ERRORS.deferral_decided({ code: 'deferral_decided', decision: 'refused' }),
          ),
          ...storeAnswers(),
        },
      },
    },
    async (request) => {
      const { credentialConfigurationId: configurationId, decision } = request.body
      const id = isSessionId(request.params.id) ? request.params.id : fail(sessionUnknown)
      const now = issuer.now()
      const message = {
        type: 'deferral_decided',
        configurationId,
        decision: decision === 'approve' ? 'approved' : 'refused',
      } as const
      const moved = await stepSession(issuer, id, (session) => stepIssuance(session, message, now))
      if (moved.ok) return sessionView(moved.value.after, now)
      const { error } = moved
      if (error.code === 'session_unknown') fail(sessionUnknown)
      if (error.code === 'deferral_decided') fail(wireError(DEFERRAL_ERRORS, error))
      return fail(wireError(DEFERRAL_ERRORS, { code: 'deferral_unknown', configurationId }))
    },
  )
}
