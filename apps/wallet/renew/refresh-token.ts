/**
 * A token for one more of what was issued (RFC 6749 §6), and an issuance to ask for it. The new refresh token and the issuance are
 * written down at once: before that the old one may be sent again, by the same key, which a server takes for a lost answer.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { softwareSigner } from '@countersign/keys/signers/software-key'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import {
  parseTokenResponse,
  type TokenResponse,
  type TokenResponseRefusal,
  writeTokenRequest,
} from '@countersign/protocol/openid4vci/token'
import type { Issuer } from '../receive/fetch-offer.ts'
import { type IssuanceRecord, issuanceRow, type Renewed, reload } from '../receive/issuance-record.ts'
import { type IssuerPostRefusal, postToIssuer } from '../receive/post-to-issuer.ts'
import { type Renewal, type RenewalPart, writeRenewal } from '../receive/renewal-record.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export type RefreshRefusal = IssuerPostRefusal | TokenResponseRefusal | { readonly code: 'renewal_pending' }

export interface RefreshStep {
  readonly owned: OwnedWallet
  readonly issuer: Issuer
  readonly part: RenewalPart
  readonly renews: Renewed
  /** That the issuance is of: the holder's. */
  readonly keyId: string
}

export interface Refreshed {
  readonly renewal: Renewal
  readonly issuance: IssuanceRecord
}

export async function refreshToken(
  wallet: Wallet,
  renewal: Renewal,
  step: RefreshStep,
): Promise<Result<Refreshed, RefreshRefusal>> {
  const response = await requestToken(wallet, renewal, step.issuer)
  if (!response.ok) return response
  const { part, renews, keyId, owned } = step
  const { accessToken, expiresInSeconds, refreshToken: next, tokenType } = response.value
  const { state } = renewal
  const expiresAt = expiresInSeconds === undefined ? undefined : wallet.now() + expiresInSeconds
  const token = { accessToken, tokenType, expiresAt, entitled: [part.entitlement] }
  const { senderKey } = state
  const row = issuanceRow(wallet, owned, {
    hash: await wallet.columns.hash('offer', JSON.stringify(['renewal', renewal.id, renewal.version])),
    keyId,
    progress: { ...(senderKey && { senderKey }), token, renews, requests: {} },
  })
  const pending = { credentialId: renews.credentialId, issuanceId: row.id }
  const written = await wallet.database.inTransaction(async (transaction) => {
    const changed = await writeRenewal(
      wallet,
      renewal,
      { ...state, refreshToken: next ?? state.refreshToken, pending },
      { db: transaction },
    )
    if (changed !== undefined) await transaction.insertInto('receptions').values(row).execute()
    return changed
  })
  if (written === undefined) return refuse({ code: 'renewal_pending' })
  return ok({ renewal: written, issuance: await reload(wallet, row) })
}

async function requestToken(
  wallet: Wallet,
  { state: { clientId, refreshToken: token, senderKey } }: Renewal,
  { authorizationServer }: Issuer,
): Promise<Result<TokenResponse, IssuerPostRefusal | TokenResponseRefusal>> {
  const client = { method: 'none', clientId } as const
  const signer = senderKey && softwareSigner(senderKey)
  const isTaken = signer !== undefined && authorizationServer.dpopAlgorithms.includes(signer.algorithm)
  const answered = await postToIssuer(wallet, {
    url: authorizationServer.tokenEndpoint,
    contentType: 'application/x-www-form-urlencoded',
    maxBytes: FETCHED.protocolAnswer,
    body: writeTokenRequest({ grantType: REFRESH_TOKEN, refreshToken: token, client }),
    sender: { signer: isTaken ? signer : undefined },
  })
  return answered.ok ? parseTokenResponse(answered.value) : answered
}
