/**
 * A token that is over is exchanged for the next one (RFC 6749 §6), where its server gave something to do that with. A server may
 * take a second use of that for a theft and take everything back, so one request of ours asks at a time, as for codes.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { REFRESH_TOKEN } from '@countersign/protocol/oauth/grants/refresh-token'
import {
  parseTokenResponse,
  type TokenResponse,
  writeTokenRequest,
} from '@countersign/protocol/openid4vci/token'
import type { Wallet } from '../wallet.ts'
import type { Issuer } from './fetch-offer.ts'
import { advance, type IssuanceRecord, type KeptToken } from './issuance-record.ts'
import { senderOf, type TokenRefusal } from './obtain-token.ts'
import { postToIssuer } from './post-to-issuer.ts'
import { ASKING_SECONDS } from './redeem-code.ts'

export type RefreshRefusal =
  | TokenRefusal
  /** There is no other token: none was promised, or the server gives none any more. */
  | { readonly code: 'token_over' }

export interface RefreshStep {
  readonly issuer: Pick<Issuer, 'authorizationServer'>
  readonly clientId?: string | undefined
}

/** The issuance that comes back has another token than the one that came. */
export async function refreshToken(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: RefreshStep,
): Promise<Result<IssuanceRecord, RefreshRefusal>> {
  const worn = issuance.progress.token
  const askedBy = wallet.newId()
  const claimed = await advance(wallet, issuance, (progress) => {
    const { token } = progress
    if (token?.refreshToken === undefined || token.accessToken !== worn?.accessToken) return progress
    const now = wallet.now()
    if (token.refreshing !== undefined && token.refreshing.at + ASKING_SECONDS > now) return progress
    return { ...progress, token: { ...token, refreshing: { at: now, by: askedBy } } }
  })
  const { token } = claimed.progress
  if (token === undefined || token.accessToken !== worn?.accessToken)
    return token === undefined ? refuse({ code: 'token_over' }) : ok(claimed)
  if (token.refreshToken === undefined) return refuse({ code: 'token_over' })
  if (token.refreshing?.by !== askedBy) return refuse({ code: 'token_pending' })
  const answered = await requestAnother(wallet, claimed, token.refreshToken, step)
  if (answered.ok) return ok(await replaceToken(wallet, claimed, askedBy, answered.value))
  const isOver = isRefused(answered.error)
  await changeToken(wallet, claimed, askedBy, ({ refreshToken: kept, ...rest }) =>
    isOver ? rest : { ...rest, refreshToken: kept },
  )
  return isOver ? refuse({ code: 'token_over' }) : answered
}

/** RFC 6749 §5.2: whoever is refused so has nothing that is worth another try. */
function isRefused(refusal: TokenRefusal): boolean {
  return refusal.code === 'issuer_error' && (refusal.status === 400 || refusal.status === 401)
}

async function requestAnother(
  wallet: Wallet,
  issuance: IssuanceRecord,
  kept: string,
  { clientId, issuer }: RefreshStep,
): Promise<Result<TokenResponse, TokenRefusal>> {
  const { signer } = senderOf(issuance, issuer)
  const client = { method: 'none', clientId } as const
  const answered = await postToIssuer(wallet, {
    url: issuer.authorizationServer.tokenEndpoint,
    contentType: 'application/x-www-form-urlencoded',
    maxBytes: FETCHED.protocolAnswer,
    body: writeTokenRequest({ grantType: REFRESH_TOKEN, refreshToken: kept, client }),
    sender: { signer },
  })
  return answered.ok ? parseTokenResponse(answered.value) : answered
}

/** What it is good for stays as it was; one that came without another to refresh with is refreshed with the same. */
function replaceToken(
  wallet: Wallet,
  issuance: IssuanceRecord,
  askedBy: string,
  { accessToken, expiresInSeconds, refreshToken: next, tokenType }: TokenResponse,
): Promise<IssuanceRecord> {
  const expiresAt = expiresInSeconds === undefined ? undefined : wallet.now() + expiresInSeconds
  return changeToken(wallet, issuance, askedBy, (token) => ({
    ...token,
    accessToken,
    tokenType,
    expiresAt,
    refreshToken: next ?? token.refreshToken,
  }))
}

/** By whoever asks, and by nobody who asked before him. */
function changeToken(
  wallet: Wallet,
  issuance: IssuanceRecord,
  askedBy: string,
  change: (token: KeptToken) => KeptToken,
): Promise<IssuanceRecord> {
  return advance(wallet, issuance, (progress) => {
    if (progress.token?.refreshing?.by !== askedBy) return progress
    const { refreshing: _done, ...token } = progress.token
    return { ...progress, token: change(token) }
  })
}
