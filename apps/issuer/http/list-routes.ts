/** The issuances of the whole deployment as an operator lists them: what was offered and how far it is. */
import {
  type IssuanceList,
  issuanceList,
  issuanceListQuery,
  type ListedIssuance,
} from '@countersign/api/issuer/session-list'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { eventFacts, listAnswers, listPlaceUnknown } from '@countersign/service/sessions/list-answers'
import type { Issuer } from '../issuer.ts'
import { sessionView } from './session-view.ts'

const MAX_TYPES = 10

export function listRoutes(app: ServiceApp, issuer: Pick<Issuer, 'index' | 'sessions' | 'now'>): void {
  app.get(
    '/openid4vc/sessions',
    {
      schema: {
        summary: 'List issuances, newest first',
        tags: ['management'],
        querystring: issuanceListQuery,
      },
      config: { door: 'management', answers: listAnswers(issuanceList) },
    },
    async (request): Promise<IssuanceList> => {
      const { listSessions } = await import('@countersign/service/sessions/list-sessions')
      const listed = await listSessions(issuer, request.query, listedView)
      return listed.ok ? listed.value : fail(listPlaceUnknown)
    },
  )
}

function listedView(session: IssuanceSession, now: number): ListedIssuance {
  const { id, state, configurationIds, createdAt, expiresAt } = sessionView(session, now)
  const types = configurationIds.slice(0, MAX_TYPES)
  return { id, state, types, createdAt, expiresAt, ...eventFacts(session.events) }
}
