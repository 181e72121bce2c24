/** The issuance that an id from outside names, for the handlers that read one. */
import { isSessionId } from '@countersign/core/session-id'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { Issuer } from '../issuer.ts'
import { sessionUnknown } from './answers/wire.ts'

/** Ends the handler with 404 where there is none. */
export async function findSession(
  { sessions }: Pick<Issuer, 'sessions'>,
  id: string,
): Promise<IssuanceSession> {
  const found = isSessionId(id) ? await sessions.get(id) : undefined
  return found === undefined ? fail(sessionUnknown) : found.value
}
