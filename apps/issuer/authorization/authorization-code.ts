/**
 * The issuer's side of the authorization code grant (RFC 6749 §4.1, OpenID4VCI 1.0 §5). A code is derived from its issuance and
 * the authorization that it was had by, and stored nowhere.
 */
import { ok, refuse } from '@countersign/core/result'
import { readLabelledSecret, writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import type {
  AUTHORIZATION_CODE,
  AuthorizationCodeRequest,
} from '@countersign/protocol/oauth/grants/authorization-code'
import type { GrantOffer } from '@countersign/protocol/oauth/grants/grants'
import { fitsChallenge } from '@countersign/protocol/oauth/pkce'
import type { AuthorizationCodeFacts } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession, IssuedCode } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { type AuthenticatedClient, hasKey } from './client-authentication.ts'
import type { GrantHandler, GrantPorts } from './grant-handler.ts'

export const authorizationCodeHandler: GrantHandler<AuthorizationCodeRequest, AuthorizationCodeFacts> = {
  findSession: async ({ macs }, { code }) => {
    const named = await readLabelledSecret('authorization_code', code, macs.grant)
    return named === undefined ? refuse({ code: 'code_unknown' }) : ok(named.sessionId)
  },

  gatherFacts: async (issuer, session, request, client) => {
    const named = await readLabelledSecret('authorization_code', request.code, issuer.macs.grant)
    return {
      grantType: request.grantType,
      authorizationId: named?.label ?? '',
      binding: await judgeBinding(issuer, session, request, client),
    }
  },
}

/** How an offer that is taken up in a browser has the grant. */
export async function offerAuthorizationCode(
  { macs }: Pick<Issuer, 'macs'>,
  { id }: IssuanceSession,
): Promise<GrantOffer<typeof AUTHORIZATION_CODE>> {
  return { issuerState: await writeDerivedSecret('issuer_state', id, macs.grant) }
}

type Bound = Pick<IssuedCode, 'clientId' | 'clientKey' | 'codeChallenge' | 'redirectUri'>

async function judgeBinding(
  { crypto }: GrantPorts,
  session: IssuanceSession,
  { codeVerifier, redirectUri }: AuthorizationCodeRequest,
  client: AuthenticatedClient,
): Promise<AuthorizationCodeFacts['binding']> {
  const bound = boundTo(session)
  // Without a code there is nothing that could be wrong with it: the session says that it is spent.
  if (bound === undefined) return 'wrong_verifier'
  if (client.clientId !== bound.clientId || !hasKey(client, bound.clientKey)) return 'wrong_client'
  if ((redirectUri ?? bound.redirectUri) !== bound.redirectUri) return 'wrong_redirect_uri'
  return (await fitsChallenge(codeVerifier, bound.codeChallenge, crypto)) ? 'right' : 'wrong_verifier'
}

/** To whom the code belongs, also when it was used: who asks twice is compared with who asked before. */
function boundTo(session: IssuanceSession): Bound | undefined {
  if (session.state === 'offered') return session.code
  if (session.state === 'closed') return undefined
  return session.grant.grantType === 'authorization_code' ? session.grant : undefined
}
