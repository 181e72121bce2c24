/**
 * What a token is good for (RFC 7662), for callers of the management API: a resource server of theirs, or somebody who looks for
 * a fault. Nothing is said of one that is good for nothing.
 */
import { defined, type JsonObject } from '@countersign/core/json'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { readRefreshToken } from './refresh-token.ts'
import { sessionOf } from './revoke-token.ts'

export type IntrospectionPorts = Pick<Issuer, 'baseUrl' | 'macs' | 'now' | 'sessions'>

const INACTIVE: JsonObject = { active: false }

export async function introspectToken(issuer: IntrospectionPorts, token: string): Promise<JsonObject> {
  const sessionId = await sessionOf(issuer, token)
  const session = sessionId && (await issuer.sessions.get(sessionId))?.value
  if (session === undefined || session === '' || !('grant' in session)) return INACTIVE
  const { grant } = session
  if (grant.revokedAt !== undefined) return INACTIVE
  const refresh = await readRefreshToken(issuer, token)
  const expiresAt = refresh === undefined ? grant.expiresAt : familyEnd(session, refresh.generation)
  if (expiresAt === undefined || issuer.now() >= expiresAt) return INACTIVE
  return defined({
    active: true,
    token_type: grant.senderKey === undefined ? 'Bearer' : 'DPoP',
    client_id: grant.grantType === 'authorization_code' ? grant.clientId : undefined,
    iss: issuer.baseUrl,
    iat: grant.issuedAt,
    exp: expiresAt,
    cnf: grant.senderKey === undefined ? undefined : { jkt: grant.senderKey },
    issuance: session.id,
    credential_configuration_ids: [...session.configurationIds],
  })
}

/** Undefined for a refresh token that was used. */
function familyEnd(
  { grant: { refresh } }: Extract<IssuanceSession, { readonly grant: unknown }>,
  generation: number,
): number | undefined {
  return refresh?.generation === generation ? refresh.expiresAt : undefined
}
