/**
 * The revocation endpoint (RFC 7009): whoever has a token, access or refresh, may give it back. What it could still do, nobody can
 * from then on; what was issued with it stays issued.
 */
import { ok, type Result } from '@countersign/core/result'
import { readDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { type SessionPorts, stepSession } from '@countersign/service/sessions/session-transition'
import type { Issuer } from '../issuer.ts'
import { readRefreshToken } from './refresh-token.ts'

export type RevocationPorts = SessionPorts<IssuanceSession> & Pick<Issuer, 'macs' | 'now'>

/** §2.2: a token that is not known, or over, is as good as revoked, so there is nothing to refuse. */
export async function revokeToken(issuer: RevocationPorts, token: string): Promise<Result<undefined, never>> {
  const sessionId = await sessionOf(issuer, token)
  if (sessionId === undefined) return ok(undefined)
  const now = issuer.now()
  await stepSession(issuer, sessionId, (session) => stepIssuance(session, { type: 'token_revoked' }, now))
  return ok(undefined)
}

/** The issuance that a token of either kind is for. */
export async function sessionOf(issuer: Pick<Issuer, 'macs'>, token: string): Promise<string | undefined> {
  const access = await readDerivedSecret('access_token', token, issuer.macs.grant)
  return access ?? (await readRefreshToken(issuer, token))?.sessionId
}
