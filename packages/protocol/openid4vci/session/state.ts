/**
 * The states of an issuance, as the store keeps them. A value that an earlier release wrote under the same schema stays
 * readable, and an earlier release reads what this one writes: during a rolling upgrade both share the sessions.
 */
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { AUTHORIZATION_CODE } from '../../oauth/grants/authorization-code.ts'
import type { GrantType } from '../../oauth/grants/grants.ts'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import type { SessionCallback } from '../../session-callback.ts'
import type { SessionEvent } from '../../session-event.ts'
import type { NotificationEvent } from '../notification.ts'
import type { ProvenKey } from '../proof/proof-type.ts'

export type IssuanceSession = OfferedIssuance | AuthorizedIssuance | CompletedIssuance | ClosedIssuance

/** An offer is out, and nobody has come with its code. */
export type OfferedIssuance = Base & {
  readonly state: 'offered'
  /** Where somebody authorized the issuance in a browser, the code that he was sent back with. */
  readonly code?: IssuedCode | undefined
  readonly promised: readonly PromisedCredential[]
}

/** A token is out, and something that was promised is not issued. */
export type AuthorizedIssuance = Base & {
  readonly state: 'token_issued'
  readonly grant: SessionGrant
  readonly promised: readonly PromisedCredential[]
  readonly issued: IssuedCredentials
}

/** Everything promised was issued; claims and keys are dropped. */
export type CompletedIssuance = Base & {
  readonly state: 'completed'
  /** Kept where the token can be refreshed, and everything be issued once more. */
  readonly promised?: readonly PromisedCredential[] | undefined
  readonly grant: SessionGrant
  readonly issued: IssuedCredentials
}

/** Nothing will be issued; claims and keys are dropped. */
export type ClosedIssuance = Base & {
  readonly state: 'closed'
  /** `offer_expired` is written where somebody is told of it; elsewhere its reader sees it by the time. */
  readonly reason:
    | 'too_many_wrong_tx_codes'
    | 'offer_expired'
    | 'code_replayed'
    | 'refresh_replayed'
    | 'token_revoked'
    /** As many have taken it up as it is for. */
    | 'redeemed'
}

interface Base {
  readonly id: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Epoch seconds; the code is taken before this moment. */
  readonly expiresAt: number
  readonly configurationIds: readonly string[]
  readonly txCode?: TransactionCode | undefined
  readonly wrongTxCodes: number
  /** How whoever comes shows in a browser that he may have it; absent: the code in the offer says so. */
  readonly authentication?: Authentication | undefined
  readonly events: readonly SessionEvent<IssuanceEventType>[]
  /** What a wallet was told to come again for, by configuration. */
  readonly deferred?: Readonly<Record<string, DeferredCredential>> | undefined
  /** Whom they are told. Absent: nobody. */
  readonly callback?: SessionCallback | undefined
  /** By which profile it was offered; absent: by none. */
  readonly profile?: ProfileName | undefined
  /** Of an offer that several take up; absent: it is for one. */
  readonly redemptions?: Redemptions | undefined
  /** Whose redemption this is: the session of the offer. */
  readonly parent?: string | undefined
}

export interface Redemptions {
  readonly max: number
  /** Who said yes, and until when (epoch seconds) his place is kept. */
  readonly pending: readonly { readonly sessionId: string; readonly until: number }[]
  /** Sessions that have their token. */
  readonly taken: readonly string[]
}

/** A profile as it was when it was used: with each change its version rises. */
export interface ProfileName {
  readonly name: string
  readonly version: number
}

/** `NONE`: who has the offer may say yes to it. The others say who the user is before. */
export type Authentication = { readonly method: 'NONE' } | UserAuthentication

/** `PWD`: at the login provider of the configuration; `VP_TOKEN`: by what `request` asks his wallet for, as our verifier takes it. */
export type UserAuthentication =
  | { readonly method: 'PWD' }
  | { readonly method: 'VP_TOKEN'; readonly request: JsonObject }

export type IssuanceEventType =
  | 'offered'
  | 'opened'
  | 'authorized'
  | 'authorization_denied'
  | 'authorization_authenticated'
  | 'tx_code_wrong'
  | 'token_issued'
  | 'credential_issued'
  | 'completed'
  | 'credential_deferred'
  | 'deferral_approved'
  | 'deferral_refused'
  | 'token_refreshed'
  | 'token_revoked'
  | 'closed'
  | 'expired'
  | NotificationEventType

/** What a wallet told of a credential, as the session's events call it; `detail` names the configuration. */
export type NotificationEventType = 'accepted' | 'credential_failure' | 'credential_deleted'

/** One credential that the offer promises, with what is needed to issue it. */
export interface PromisedCredential {
  readonly configurationId: string
  readonly type: string
  /** Claims with every data function but those of the holder's key already applied; absent where they are awaited. */
  readonly claims?: JsonObject | undefined
  /** Where they come from when the wallet comes; a release that does not know it finds no claims, and fails. */
  readonly awaited?: AwaitedClaims | undefined
  /** Held back until it is known who the user is; the same release finds no claims, and issues to nobody. */
  readonly heldBack?: HeldBackClaims | undefined
  readonly selectivelyDisclosable: readonly ClaimPath[]
  /** Lifetime from issuance, in seconds. Where an end is named, it is there for the release before, which knew no other. */
  readonly lifetimeSeconds?: number | undefined
  /** Epoch seconds of the end that the issue call named: it counts whenever the wallet comes. */
  readonly expiresAt?: number | undefined
  /** Epoch seconds of the beginning that the issue call named. */
  readonly notBefore?: number | undefined
  /** Seconds from issuance to a beginning that is counted from it; negative for one that lies before. */
  readonly startsAfterSeconds?: number | undefined
  /** The caller's own issuer key, a serialised private key, sealed with the session. Where it is absent, the deployment's key signs. */
  readonly issuerKey?: JsonObject | undefined
  readonly x5c?: readonly string[] | undefined
  readonly issuer?: string | undefined
  /** Somebody has to agree before it is issued, and what he said; absent: nobody has to. */
  readonly deferral?: 'pending' | 'approved' | 'refused' | undefined
  /** Whether it gets a place in a status list. Where it is absent, the credential gets one if the issuer has lists. */
  readonly status?: boolean | undefined
}

/** One whose claims are there. */
export type IssuableCredential = PromisedCredential & { readonly claims: JsonObject }

/** Whom is asked for the claims, and what becomes of them. Sealed with the session, as a key is. */
export interface AwaitedClaims {
  readonly url: string
  /** Shows the receiver who asks. */
  readonly header?: { readonly name: string; readonly value: string } | undefined
  readonly mapping?: JsonObject | undefined
  /** What can be withheld, as the profile writes it. */
  readonly selectiveDisclosure?: JsonObject | undefined
  /** Where neither claims nor mapping say until when. */
  readonly lifetimeSeconds?: number | undefined
}

/** What is known of a credential before its user is: with what he turns out to be it is made. Sealed with the session. */
export interface HeldBackClaims {
  readonly claims: JsonObject
  /** Where in the claims something is put that is known of the user, and where that stands: names, or JSON Pointers (RFC 6901). */
  readonly userClaims: Readonly<Record<string, string>>
  readonly mapping?: JsonObject | undefined
  readonly selectiveDisclosure?: JsonObject | undefined
  /** Of an mdoc, whose data does not say it. */
  readonly lifetimeSeconds?: number | undefined
  /** Where neither claims nor mapping say until when. */
  readonly usualLifetimeSeconds?: number | undefined
}

/** An authorization code. The code itself is derived from session and authorization and not stored. */
export interface IssuedCode extends CodeBinding {
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** The DPoP key that the request named or proved; absent: any. */
  readonly senderKey?: string | undefined
  /** Those of the offer that were asked for and approved. */
  readonly configurationIds: readonly string[]
}

/** By which authorization a code was had, by whom, and how he shows that he is the same; kept for whoever asks twice. */
export interface CodeBinding {
  readonly authorizationId: string
  readonly clientId: string
  /** RFC 7638 thumbprint of the key of the attested client instance. */
  readonly clientKey?: string | undefined
  readonly redirectUri: string
  /** PKCE, S256. */
  readonly codeChallenge: string
  /** The request named credentials by `authorization_details`, so the answer does (OpenID4VCI 1.0 §6.2). */
  readonly namesCredentials: boolean
}

/** A credential that a wallet has proven keys for and is told to come again for (§9). */
export interface DeferredCredential {
  /** Epoch seconds. */
  readonly at: number
  /** The keys that it is to be bound to. */
  readonly holders: readonly ProvenKey[]
  /** As an issued credential has it. */
  readonly holderKey: string
  /** Where the answer is kept that told so (the spent nonce's id); the wallet's transaction id has it in it. */
  readonly answerId: string
}

export interface TransactionCode {
  /** Keyed hash of the expected code. */
  readonly hash: string
  readonly inputMode: 'numeric' | 'text'
  readonly length: number
  readonly description?: string | undefined
}

/** The token that the session stands for. The token itself is derived from the session's id and not stored. */
export interface GrantedToken {
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** RFC 7638 thumbprint of the DPoP key; absent for a bearer token. */
  readonly senderKey?: string | undefined
  /** Absent: it cannot be refreshed. */
  readonly refresh?: Refreshing | undefined
  /** Epoch seconds since when it is good for nothing any more; absent: it was not revoked. */
  readonly revokedAt?: number | undefined
}

/** The refresh token that counts; the token itself is derived from session and generation and not stored. */
export interface Refreshing {
  /** 0, 1, 2 …: how often it was used. */
  readonly generation: number
  /** Epoch seconds: the end of the family. */
  readonly expiresAt: number
  /** Epoch seconds of the last use. */
  readonly rotatedAt?: number | undefined
}

/** By which grant the token was had, and what that grant remembers beside the token. */
export type SessionGrant = PreAuthorizedCodeGrant | AuthorizationCodeGrant

/** The first release knew this grant alone and wrote no type: a grant without type is one of these. */
export interface PreAuthorizedCodeGrant extends GrantedToken {
  readonly grantType?: typeof PRE_AUTHORIZED_CODE | undefined
  /** As of an authorization code; absent: it did not. */
  readonly namesCredentials?: boolean | undefined
}

export interface AuthorizationCodeGrant extends GrantedToken, CodeBinding {
  readonly grantType: typeof AUTHORIZATION_CODE
}

export function grantTypeOf({ grantType }: SessionGrant): GrantType {
  return grantType ?? PRE_AUTHORIZED_CODE
}

/** What was issued, by credential configuration. */
export type IssuedCredentials = Readonly<Record<string, IssuedCredential>>

export interface IssuedCredential {
  /** Epoch seconds. */
  readonly at: number
  /** RFC 7638 thumbprint of the key the credential is bound to; of a batch, a hash of those of its keys. */
  readonly holderKey: string
  /** Where the answer is kept for an honest retry (the spent nonce's id); also its `notification_id`. */
  readonly answerId: string
  /** What the log of issued credentials calls it; absent where there is no log. */
  readonly credentialId?: string | undefined
  /** The same of the others of a batch; absent: it is one alone. */
  readonly otherCredentialIds?: readonly string[] | undefined
  /** What the wallet told of it, each event once, in the order of its coming; absent: nothing. */
  readonly notified?: readonly NotificationEvent[] | undefined
}
