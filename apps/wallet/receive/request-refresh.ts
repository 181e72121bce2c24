/** A refresh request (RFC 6749 §6): whoever got the token asks for the next one as it asked for that, with the same key. */
import type { Result } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { PrivateJwk } from '@countersign/keys/signers/software-key'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import {
  parseTokenResponse,
  type TokenResponse,
  type TokenResponseRefusal,
  writeTokenRequest,
} from '@countersign/protocol/openid4vci/token'
import type { ClientWay } from '../client/client-plan.ts'
import type { Wallet } from '../wallet.ts'
import type { Issuer } from './fetch-offer.ts'
import { dpopSigner } from './obtain-token.ts'
import { type IssuerPostRefusal, postToIssuer } from './post-to-issuer.ts'
import { shownAgain } from './show-client.ts'

export interface RefreshRequest {
  readonly refreshToken: string
  readonly authorizationServer: Issuer['authorizationServer']
  /** Absent for an anonymous client. */
  readonly clientId: string | undefined
  /** As what the token was asked for; absent: as a client that has nothing to show. */
  readonly client: ClientWay | undefined
  readonly walletId: string
  readonly senderKey: PrivateJwk | undefined
}

export async function requestRefresh(
  wallet: Wallet,
  request: RefreshRequest,
): Promise<Result<TokenResponse, IssuerPostRefusal | TokenResponseRefusal>> {
  const { authorizationServer, client: way, clientId, refreshToken, senderKey, walletId } = request
  const client = { method: 'none', clientId } as const
  const answered = await postToIssuer(wallet, {
    url: authorizationServer.tokenEndpoint,
    contentType: 'application/x-www-form-urlencoded',
    maxBytes: FETCHED.protocolAnswer,
    body: writeTokenRequest({ grantType: REFRESH_TOKEN, refreshToken, client }),
    sender: {
      signer: senderKey && dpopSigner(senderKey, authorizationServer.dpopAlgorithms),
      client: await shownAgain(wallet, way, { walletId, authorizationServer }),
    },
  })
  return answered.ok ? parseTokenResponse(answered.value) : answered
}
