/**
 * The way of an issuance into a browser (OpenID4VCI 1.0 §5, RFC 9126): what the request is held to when it comes back, its state
 * and its verifier, is written down before the request is sent, so that whoever goes on, on another instance or after a crash,
 * sends the same one.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { authorizationUrl } from '@countersign/protocol/oauth/authorization-url'
import { createProofKey } from '@countersign/protocol/oauth/pkce'
import { parsePushedResponse } from '@countersign/protocol/oauth/pushed-request'
import { redirectUri as usableRedirectUri } from '@countersign/protocol/oauth/redirect-uri'
import { writeAuthorizationRequest } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import type { Wallet } from '../wallet.ts'
import type { Asked, BrowserGrant } from './authorization-plan.ts'
import type { Issuer } from './fetch-offer.ts'
import { type Attempt, advance, type IssuanceRecord } from './issuance-record.ts'
import { senderOf } from './obtain-token.ts'
import { type IssuerPostRefusal, postToIssuer } from './post-to-issuer.ts'
import { clientProof } from './show-client.ts'

export type SendRefusal =
  | IssuerPostRefusal
  | { readonly code: 'pushed_response_malformed'; readonly at: string }
  | { readonly code: 'redirect_uri_unusable' }

export interface SendStep {
  readonly issuer: Issuer
  readonly grant: BrowserGrant
  readonly asked: Asked
  /** Under which the holder looks at it: it stands in the state, and is worth nothing to anybody else. */
  readonly exchangeId: string
  /** Where the browser comes back to; the web wallet's own page when absent. */
  readonly redirectUri?: string | undefined
}

/** Browsers that may still come back; of more the oldest is forgotten. */
const MAX_ATTEMPTS = 3
/** Nobody is sent with what ends on the way. */
const MARGIN_SECONDS = 5

/** The address that the browser is sent to; the same one while it is good. */
export async function sendToAuthorize(
  wallet: Wallet,
  issuance: IssuanceRecord,
  step: SendStep,
): Promise<Result<string, SendRefusal>> {
  const back = step.redirectUri ?? wallet.redirectUri
  if (usableRedirectUri(back) === undefined && back !== wallet.redirectUri)
    return refuse({ code: 'redirect_uri_unusable' })
  const { attempt, issuance: begun } = await openAttempt(wallet, issuance, step, back)
  if (attempt.url !== undefined) return ok(attempt.url)
  const made = await makeAddress(wallet, begun, step, attempt)
  if (!made.ok) return made
  const sent = await advance(wallet, begun, ({ authorization, ...progress }) => ({
    ...progress,
    ...(authorization && {
      authorization: {
        ...authorization,
        attempts: authorization.attempts.map((one) =>
          one.state === attempt.state && one.url === undefined ? { ...one, ...made.value } : one,
        ),
      },
    }),
  }))
  const kept = sent.progress.authorization?.attempts.find(({ state }) => state === attempt.state)
  return ok(kept?.url ?? made.value.url)
}

function stateOf(exchangeId: string, random: Uint8Array): string {
  return `${exchangeId}.${encodeBase64url(random)}`
}

/** The one that is under way, or a new one with everything fresh. */
async function openAttempt(
  wallet: Wallet,
  issuance: IssuanceRecord,
  { exchangeId }: SendStep,
  redirectUri: string,
): Promise<{ readonly attempt: Attempt; readonly issuance: IssuanceRecord }> {
  const fresh: Attempt = {
    state: stateOf(exchangeId, wallet.crypto.randomBytes(32)),
    proofKey: await createProofKey(wallet.crypto),
    redirectUri,
  }
  const isGood = ({ endsAt = Infinity, redirectUri: other }: Attempt) =>
    other === redirectUri && endsAt > wallet.now() + MARGIN_SECONDS
  const begun = await advance(wallet, issuance, (progress) => {
    const { attempts = [] } = progress.authorization ?? {}
    const newest = attempts.at(-1)
    if (newest !== undefined && isGood(newest)) return progress
    const kept = [...attempts, fresh].slice(-MAX_ATTEMPTS)
    return { ...progress, authorization: { ...progress.authorization, attempts: kept } }
  })
  return { attempt: begun.progress.authorization?.attempts.at(-1) ?? fresh, issuance: begun }
}

async function makeAddress(
  wallet: Wallet,
  issuance: IssuanceRecord,
  { asked, grant, issuer }: SendStep,
  { proofKey, redirectUri, state }: Attempt,
): Promise<Result<Required<Pick<Attempt, 'url'>> & Pick<Attempt, 'endsAt'>, SendRefusal>> {
  const { clientId, crypto } = wallet
  const { authorizationEndpoint, pushedRequestEndpoint } = grant.endpoints
  const client = await clientProof(wallet, issuance, { issuer, grant })
  const sender = { ...senderOf(issuance, issuer), client }
  const request = writeAuthorizationRequest({
    clientId,
    redirectUri,
    state,
    codeChallenge: proofKey.challenge,
    ...asked,
    issuerState: grant.issuerState,
    senderKey: sender.signer && (await jwkThumbprint(sender.signer.publicJwk, crypto)),
  })
  if (pushedRequestEndpoint === undefined)
    return ok({ url: authorizationUrl(authorizationEndpoint, request) })
  const answered = await postToIssuer(wallet, {
    url: pushedRequestEndpoint,
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams(request).toString(),
    sender,
    maxBytes: FETCHED.protocolAnswer,
  })
  if (!answered.ok) return answered
  const pushed = parsePushedResponse(answered.value)
  if (!pushed.ok) return pushed
  const { expiresInSeconds, requestUri } = pushed.value
  const url = authorizationUrl(authorizationEndpoint, { client_id: clientId, request_uri: requestUri })
  return ok({ url, endsAt: wallet.now() + Math.floor(expiresInSeconds) })
}
