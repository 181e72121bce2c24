/**
 * What can happen to an issuance and how a step can be refused. Messages carry facts: codes, sender keys and proofs were
 * looked at by the service before.
 */
import type { AUTHORIZATION_CODE } from '../../oauth/grants/authorization-code.ts'
import type { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import type { REFRESH_TOKEN } from '../../oauth/grants/refresh-token.ts'
import type { NotificationEvent } from '../notification.ts'
import type { DeferredCredential, IssuedCode, UserAuthentication } from './state.ts'

export type IssuanceMessage =
  | OfferFetched
  | CodeRequested
  | RedemptionRequested
  | RedemptionTaken
  | AuthorizationDenied
  | UserAuthenticated
  | TokenRequested
  | TokenRevoked
  | CredentialDeferred
  | DeferralDecided
  | CredentialIssued
  | CredentialNotified
  | { readonly type: 'time_over' }

/** Somebody who has its address fetched the offer. */
export interface OfferFetched {
  readonly type: 'offer_fetched'
}

/** Somebody said yes in a browser, and is sent back with a code. */
export interface CodeRequested extends Omit<IssuedCode, 'issuedAt' | 'expiresAt'> {
  readonly type: 'code_requested'
  /** Lifetime of the code, in seconds. */
  readonly codeTtlSeconds: number
  /** How it was found out who he is; absent: it was not. */
  readonly authenticatedBy?: UserAuthentication['method'] | undefined
}

/** Somebody said yes to an offer that several take up, and is to have an issuance of his own. */
export interface RedemptionRequested {
  readonly type: 'redemption_requested'
  readonly sessionId: string
  /** How long his place is kept, in seconds. */
  readonly lastsSeconds: number
}

/** He comes for his token. */
export interface RedemptionTaken {
  readonly type: 'redemption_taken'
  readonly sessionId: string
}

/** Somebody said no in a browser, or it was said for him. */
export interface AuthorizationDenied {
  readonly type: 'authorization_denied'
  readonly authorizationId: string
  /** Why, where it was not the page that he said no on. */
  readonly reason?: DenialReason | undefined
}

/** `login_denied`: the login provider says so; `user_claims_unfit`: of what is known of the user no such credential can be made. */
export type DenialReason = 'login_denied' | 'user_claims_unfit'

/** It is known who somebody is who came in a browser. */
export interface UserAuthenticated {
  readonly type: 'user_authenticated'
  readonly method: UserAuthentication['method']
}

/** With the facts of one grant; of any grant where none is named. */
export type TokenRequested<Facts extends GrantFacts = GrantFacts> = Facts & {
  readonly type: 'token_requested'
  /** Thumbprint of the key that the sender proved; absent for a bearer client. */
  readonly senderKey?: string | undefined
  /** Lifetime of a token granted now, in seconds. */
  readonly tokenTtlSeconds: number
  /** Credential configurations that the request names by `authorization_details`; absent: it names none. */
  readonly requested?: readonly string[] | undefined
  /** How long a token that is bound to a key can be refreshed, in seconds; absent: not at all. */
  readonly refreshTtlSeconds?: number | undefined
}

/** What the service found out about a token request, by grant type. */
export type GrantFacts = PreAuthorizedCodeFacts | AuthorizationCodeFacts | RefreshTokenFacts

export interface PreAuthorizedCodeFacts {
  readonly grantType: typeof PRE_AUTHORIZED_CODE
  /** `none`: none was expected and none was given. */
  readonly txCode: 'correct' | 'wrong' | 'missing' | 'unexpected' | 'none'
}

export interface AuthorizationCodeFacts {
  readonly grantType: typeof AUTHORIZATION_CODE
  /** The authorization that the genuine code names. */
  readonly authorizationId: string
  /** Whether whoever has the code is who it was made for: client, its key, its address and its verifier. */
  readonly binding: 'right' | 'wrong_client' | 'wrong_redirect_uri' | 'wrong_verifier'
}

export interface RefreshTokenFacts {
  readonly grantType: typeof REFRESH_TOKEN
  /** Of the genuine refresh token. */
  readonly generation: number
  /** Whether the client, and its attested key, are those that the token was issued to. */
  readonly binding: 'right' | 'wrong_client'
}

/** A client gives its token back, or somebody takes it (RFC 7009). */
export interface TokenRevoked {
  readonly type: 'token_revoked'
}

/** A wallet proved keys for a credential that somebody has to agree to first. */
export interface CredentialDeferred extends Omit<DeferredCredential, 'at'> {
  readonly type: 'credential_deferred'
  readonly configurationId: string
  readonly senderKey?: string | undefined
}

export interface DeferralDecided {
  readonly type: 'deferral_decided'
  readonly configurationId: string
  readonly decision: 'approved' | 'refused'
}

export interface CredentialIssued {
  readonly type: 'credential_issued'
  readonly configurationId: string
  readonly senderKey?: string | undefined
  readonly holderKey: string
  readonly answerId: string
  readonly credentialId?: string | undefined
  readonly otherCredentialIds?: readonly string[] | undefined
}

export interface CredentialNotified {
  readonly type: 'credential_notified'
  readonly senderKey?: string | undefined
  readonly notificationId: string
  readonly event: NotificationEvent
}

export type IssuanceRefusal =
  | { readonly code: 'offer_expired'; readonly expiresAt: number; readonly now: number }
  | { readonly code: 'code_spent' }
  | { readonly code: 'code_expired' }
  | { readonly code: 'code_not_yours' }
  | { readonly code: 'refresh_over' }
  /** The offer is not taken up in a browser, or was taken up already. */
  | { readonly code: 'not_authorizable' }
  /** The offer is for somebody who says who he is. */
  | { readonly code: 'user_unknown' }
  | { readonly code: 'offer_taken' }
  | { readonly code: 'tx_code_missing' }
  | { readonly code: 'tx_code_unexpected' }
  | { readonly code: 'session_closed' }
  | { readonly code: 'no_grant' }
  | { readonly code: 'token_expired'; readonly expiresAt: number; readonly now: number }
  | { readonly code: 'wrong_sender_key' }
  | { readonly code: 'not_offered'; readonly configurationId: string }
  | { readonly code: 'already_issued'; readonly configurationId: string }
  | { readonly code: 'deferral_unknown'; readonly configurationId: string }
  | { readonly code: 'deferral_decided'; readonly decision: 'approved' | 'refused' }
  | { readonly code: 'deferral_over' }
  | { readonly code: 'notification_unknown' }
  | {
      readonly code: 'notification_impossible'
      readonly event: NotificationEvent
      readonly after: NotificationEvent
    }
