/** The verifications of the whole deployment as an operator lists them: what was asked for and how far it is. */
import {
  type ListedVerification,
  verificationList,
  verificationListQuery,
} from '@countersign/api/verifier/session-list'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { isDecided, type VerificationSession } from '@countersign/protocol/openid4vp/session'
import { stepVerification } from '@countersign/protocol/openid4vp/session-step'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { eventFacts, listRoute } from '@countersign/service/sessions/list-route'
import type { Verifier } from '../verifier.ts'

export function listRoutes(app: ServiceApp, verifier: Pick<Verifier, 'index' | 'sessions' | 'now'>): void {
  listRoute(app, verifier, {
    summary: 'List verifications, newest first',
    tag: 'relying party',
    query: verificationListQuery,
    page: verificationList,
    rowOf: listedView,
  })
}

function listedView(session: VerificationSession, now: number): ListedVerification {
  const { id, createdAt, expiresAt, events } = session
  const row = {
    id,
    state: stateNow(session, now),
    types: typesAsked(session.dcqlQuery),
    createdAt,
    expiresAt,
  }
  return { ...row, ...(isDecided(session) && { decidedAt: session.decidedAt }), ...eventFacts(events) }
}

/** A list writes nothing. Where an answer waits, the next reader looks once more before the time ends it. */
function stateNow(session: VerificationSession, now: number): ListedVerification['state'] {
  if (session.state === 'answered') return session.state
  const stepped = stepVerification(session, { type: 'time_over' }, now)
  return stepped.ok ? stepped.value.state : session.state
}

const MAX_TYPES = 10
const MAX_TYPE_LENGTH = 200

/** The type of each credential that the query names, by the rules of its format (OpenID4VP 1.0 §6.1, Appendix B). */
function typesAsked({ credentials }: JsonObject): readonly string[] {
  const types = listIn(credentials).flatMap((query) =>
    typesIn(isJsonObject(query) ? query['meta'] : undefined),
  )
  return [...new Set(types)].slice(0, MAX_TYPES).map((type) => type.slice(0, MAX_TYPE_LENGTH))
}

function typesIn(meta: JsonValue | undefined): readonly string[] {
  if (!isJsonObject(meta)) return []
  const alternatives = listIn(meta['type_values']).map((types) => listIn(types).at(-1))
  return [...listIn(meta['vct_values']), meta['doctype_value'], ...alternatives].filter(
    (type) => typeof type === 'string',
  )
}

function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}
