/**
 * The issuer's side of the refresh token grant (RFC 6749 §6): one family a session, whose members are derived by their generation
 * and stored nowhere.
 */
import { ok, refuse } from '@countersign/core/result'
import { readLabelledSecret, writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import type { RefreshTokenRequest } from '@countersign/protocol/oauth/grants/refresh-token'
import type { RefreshTokenFacts } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { type AuthenticatedClient, hasKey } from './client-authentication.ts'
import type { GrantHandler } from './grant-handler.ts'

type Macs = Pick<Issuer, 'macs'>

export const refreshTokenHandler: GrantHandler<RefreshTokenRequest, RefreshTokenFacts> = {
  findSession: async (issuer, { refreshToken }) => {
    const named = await readRefreshToken(issuer, refreshToken)
    return named === undefined ? refuse({ code: 'code_unknown' }) : ok(named.sessionId)
  },

  gatherFacts: async (issuer, session, { grantType, refreshToken }, client) => ({
    grantType,
    generation: (await readRefreshToken(issuer, refreshToken))?.generation ?? -1,
    binding: isOf(session, client) ? 'right' : 'wrong_client',
  }),
}

/** The refresh token that counts; undefined where there is none. */
export async function refreshTokenOf(
  { macs }: Macs,
  session: Extract<IssuanceSession, { readonly grant: unknown }>,
): Promise<string | undefined> {
  const { refresh } = session.grant
  if (refresh === undefined) return undefined
  return writeDerivedSecret('refresh_token', session.id, macs.grant, labelOf(refresh.generation))
}

export interface NamedRefresh {
  readonly sessionId: string
  readonly generation: number
}

/** Undefined for what no instance of this deployment made. */
export async function readRefreshToken({ macs }: Macs, token: string): Promise<NamedRefresh | undefined> {
  const named = await readLabelledSecret('refresh_token', token, macs.grant)
  if (named === undefined) return undefined
  return { sessionId: named.sessionId, generation: Number(named.label.slice(LABEL.length)) }
}

const LABEL = 'number-'

/** As long as a label has to be. */
const labelOf = (generation: number) => LABEL + String(generation).padStart(4, '0')

/** A token of an authorization is its client's; one of a pre-authorized code is whose key it is, which the session compares. */
function isOf(session: IssuanceSession, client: AuthenticatedClient): boolean {
  const grant = 'grant' in session ? session.grant : undefined
  if (grant?.grantType !== 'authorization_code') return true
  return grant.clientId === client.clientId && hasKey(client, grant.clientKey)
}
