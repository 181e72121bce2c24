/** The issuances of the whole deployment as an operator lists them: what was offered and how far it is. */
import { issuanceList, issuanceListQuery, type ListedIssuance } from '@countersign/api/issuer/session-list'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { eventFacts, listRoute } from '@countersign/service/sessions/list-route'
import type { Issuer } from '../issuer.ts'
import { sessionView } from './session-view.ts'

const MAX_TYPES = 10

export function listRoutes(app: ServiceApp, issuer: Pick<Issuer, 'index' | 'sessions' | 'now'>): void {
  listRoute(app, issuer, {
    summary: 'List issuances, newest first',
    tag: 'management',
    query: issuanceListQuery,
    page: issuanceList,
    rowOf: listedView,
  })
}

function listedView(session: IssuanceSession, now: number): ListedIssuance {
  const { id, state, configurationIds, createdAt, expiresAt } = sessionView(session, now)
  const types = configurationIds.slice(0, MAX_TYPES)
  return { id, state, types, createdAt, expiresAt, ...eventFacts(session.events) }
}
