import { parseDcqlQuery } from '@countersign/protocol/openid4vp/dcql/parse'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'

/** Parsed again rather than kept: it would make up a third of the session. */
export function queryOf(session: Pick<VerificationSession, 'dcqlQuery'>): DcqlQuery {
  const query = parseDcqlQuery(session.dcqlQuery)
  if (!query.ok) throw new Error(`a session was made with an invalid query: ${query.error.code}`)
  return query.value
}
