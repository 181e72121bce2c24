/**
 * The token request of an offer (OpenID4VCI 1.0 §6). The sender key was written down before, so an issuer that lets
 * honest clients ask again gives the same token to whoever goes on; the first token written is the one that counts.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import {
  parseTokenResponse,
  type TokenRequest,
  type TokenResponse,
  type TokenResponseRefusal,
  writeTokenRequest,
} from '@countersign/protocol/openid4vci/token'
import type { Wallet } from '../wallet.ts'
import type { Issuer } from './fetch-offer.ts'
import type { IssuancePlan } from './issuance-plan.ts'
import { advance, type Entitlement, type IssuanceRecord, type KeptToken, reload } from './issuance-record.ts'
import { type IssuerPostRefusal, postToIssuer, type Sender } from './post-to-issuer.ts'
import { claimCode, giveBackCode } from './redeem-code.ts'

export type TokenRefusal =
  | IssuerPostRefusal
  | TokenResponseRefusal
  | { readonly code: 'nothing_granted' }
  /** Another request of ours asks for it at this moment. */
  | { readonly code: 'token_pending' }
  | { readonly code: 'too_many_granted'; readonly max: number }

export interface TokenStep {
  readonly issuer: Issuer
  readonly plan: IssuancePlan
  readonly txCode: string | undefined
}

const MAX_ENTITLEMENTS = 20

/** The issuance that comes back has a token, or is finished. */
export async function obtainToken(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: TokenStep,
): Promise<Result<IssuanceRecord, TokenRefusal>> {
  if (issuance.finished || issuance.progress.token !== undefined) return ok(issuance)
  if (step.plan.grant.type === AUTHORIZATION_CODE) return obtainOnce(wallet, issuance, step)
  const answered = await requestToken(wallet, issuance, step)
  if (answered.ok) return ok(await keepToken(wallet, issuance, answered.value))
  const others = isCodeRefused(answered.error) ? await othersToken(wallet, issuance) : undefined
  return others === undefined ? answered : ok(others)
}

async function obtainOnce(
  wallet: Wallet,
  before: IssuanceRecord,
  step: TokenStep,
): Promise<Result<IssuanceRecord, TokenRefusal>> {
  const { claim, issuance } = await claimCode(wallet, before)
  if (claim === 'done') return ok(issuance)
  if (claim === 'others') {
    const others = await othersToken(wallet, issuance)
    return others === undefined ? refuse({ code: 'token_pending' }) : ok(others)
  }
  const answered = await requestToken(wallet, issuance, step)
  if (answered.ok) return ok(await keepToken(wallet, issuance, answered.value))
  await giveBackCode(wallet, issuance, isCodeRefused(answered.error))
  return answered
}

function keepToken(wallet: Wallet, issuance: IssuanceRecord, token: KeptToken): Promise<IssuanceRecord> {
  return advance(wallet, issuance, (now) => (now.token === undefined ? { ...now, token } : now))
}

function isCodeRefused(refusal: TokenRefusal): boolean {
  return refusal.code === 'issuer_error' && refusal.error === 'invalid_grant'
}

/** Who speaks for the issuance: its sender key where the server knows DPoP. */
export function senderOf(
  { progress }: IssuanceRecord,
  { authorizationServer }: Pick<Issuer, 'authorizationServer'>,
): Sender {
  const { senderKey, token } = progress
  const signer = senderKey && dpopSigner(senderKey, authorizationServer.dpopAlgorithms)
  return { signer, token }
}

/** What the client calls itself; nothing where anonymous clients are welcome (§6.1), who have no page to come back to. */
export function clientIdFor(
  wallet: Wallet,
  { authorizationServer }: Issuer,
  { grant }: Pick<IssuancePlan, 'grant'>,
): string | undefined {
  const isAnonymous = grant.type === PRE_AUTHORIZED_CODE && authorizationServer.anonymousPreAuthorized
  return isAnonymous ? undefined : wallet.clientId
}

async function requestToken(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: TokenStep,
): Promise<Result<KeptToken, TokenRefusal>> {
  const { issuer, plan } = step
  const answered = await postToIssuer(wallet, {
    url: issuer.authorizationServer.tokenEndpoint,
    contentType: 'application/x-www-form-urlencoded',
    maxBytes: FETCHED.protocolAnswer,
    body: writeTokenRequest(tokenRequest(wallet, issuance, step)),
    sender: senderOf(issuance, issuer),
  })
  if (!answered.ok) return answered
  const response = parseTokenResponse(answered.value)
  return response.ok ? keptToken(response.value, plan, wallet.now()) : response
}

function tokenRequest(
  wallet: Wallet,
  { progress }: IssuanceRecord,
  { issuer, plan, txCode }: TokenStep,
): TokenRequest {
  const { grant } = plan
  const client = { method: 'none', clientId: clientIdFor(wallet, issuer, plan) } as const
  if (grant.type === PRE_AUTHORIZED_CODE) {
    // A code that was not asked for would make the request invalid (§6.3).
    const asked = grant.txCode && txCode
    return { grantType: grant.type, preAuthorizedCode: grant.code, txCode: asked, client }
  }
  const brought = progress.authorization?.code
  if (brought === undefined) throw new Error('a token is asked for before anybody came back')
  const { code, codeVerifier, redirectUri } = brought
  return { grantType: grant.type, code, codeVerifier, redirectUri, client }
}

function keptToken(
  response: TokenResponse,
  plan: IssuancePlan,
  now: number,
): Result<KeptToken, TokenRefusal> {
  const { accessToken, tokenType, authorizationDetails, expiresInSeconds, refreshToken } = response
  const all: readonly Entitlement[] = plan.configurations.flatMap(({ id: configurationId }) => {
    if (authorizationDetails === undefined) return [{ configurationId }]
    return authorizationDetails
      .filter((detail) => detail.configurationId === configurationId)
      .flatMap((detail) => detail.credentialIdentifiers)
      .map((credentialIdentifier) => ({ configurationId, credentialIdentifier }))
  })
  if (all.length === 0) return refuse({ code: 'nothing_granted' })
  if (all.length > MAX_ENTITLEMENTS) return refuse({ code: 'too_many_granted', max: MAX_ENTITLEMENTS })
  const expiresAt = expiresInSeconds === undefined ? undefined : now + expiresInSeconds
  return ok({ accessToken, tokenType, expiresAt, refreshToken, entitled: all })
}

function dpopSigner(key: PrivateJwk, algorithms: readonly string[]) {
  const signer = softwareSigner(key)
  return algorithms.includes(signer.algorithm) ? signer : undefined
}

const WAIT_FOR_OTHERS_MS = 100
const WAITS = 10

/**
 * The code may be spent because another request of ours has just spent it: two clicks, two instances. Its token is
 * about to be written down then.
 */
async function othersToken(wallet: Wallet, issuance: IssuanceRecord): Promise<IssuanceRecord | undefined> {
  for (let wait = 0; wait < WAITS; wait++) {
    const current = await reload(wallet, issuance)
    if (current.finished || current.progress.token !== undefined) return current
    await delay(WAIT_FOR_OTHERS_MS)
  }
  return undefined
}
