/**
 * What the issuer's use cases stand on: ports, keys and settings, put together once in `main.ts`. Use cases know
 * neither HTTP nor Redis; they run as they are in the simulation.
 */

import type { Profile } from '@countersign/api/issuer/profiles'
import type { JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { SignerProfile } from '@countersign/credential/contract/format-facts'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import type { CryptoEngine, Mac, Signer } from '@countersign/crypto/engine'
import type { JweEngine, KeptDecryptionKey } from '@countersign/crypto/jwe-engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { DidKeyResolver } from '@countersign/did/did-document'
import type { AttesterKeys } from '@countersign/protocol/oauth/attester'
import type {
  LoginAttempt,
  PresentationAttempt,
} from '@countersign/protocol/openid4vci/authorization/authenticated-user'
import type {
  Authorization,
  AuthorizationTimes,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import type { IssuanceSession, ProfileName } from '@countersign/protocol/openid4vci/session/state'
import type { Callbacks } from '@countersign/service/callbacks/post-callback'
import type { BackOff } from '@countersign/service/sessions/session-transition'
import type { Due, Index, OnceStore, SessionStore, Signals } from '@countersign/stores/ports'
import type { ClientRules } from './client-rules.ts'
import type { IssuerDatabase } from './database/schema.ts'
import type { SealedColumns } from './database/sealed-columns.ts'
import type { IndexAllocator } from './status/allocate-index.ts'
import type { PublishedLists } from './status/published-lists.ts'
import type { IssuableType } from './types/issuable-types.ts'

export interface Issuer {
  readonly sessions: SessionStore<IssuanceSession>
  /** Answers of the credential endpoint by spent nonce: the spending and the answer are one record. */
  readonly answers: SessionStore<CredentialAnswer>
  /** Authorization requests on their way through a browser. */
  readonly authorizations: SessionStore<Authorization>
  /** What is known of whom an authorization was for, until its credentials can be issued no more. */
  readonly users: SessionStore<KnownUser>
  /** Where users log in; absent: nowhere. */
  readonly userLogin?: UserLogin | undefined
  /** Where users present something; absent: nowhere. */
  readonly userPresentations?: UserPresentations | undefined
  /** `jti` values of DPoP proofs, of proofs of attested keys and of client assertions. */
  readonly proofs: OnceStore
  readonly signals: Signals
  /** Which sessions somebody looks at, though nobody reads them. */
  readonly due: Due
  /** How callers are told what happens to their issuances. */
  readonly callbacks: Callbacks
  /** Which sessions were made: for operators' lists alone. */
  readonly index: Pick<Index, 'page'>
  /** Told of each step that was written, for figures. */
  readonly observe?: ((before: IssuanceSession, after: IssuanceSession) => void) | undefined
  /** Name of this instance, for the events that it commits. */
  readonly servedBy?: string | undefined
  /** The log of issued credentials and their status; absent where no database is shared by all instances. */
  readonly database?: IssuerDatabase
  /** What is sealed in the database. */
  readonly columns: SealedColumns
  /** Absent without a database, or where credentials get no status. */
  readonly statusLists?: OwnStatusLists
  readonly formats: FormatRegistry
  readonly crypto: CryptoEngine
  /** The deployment's own issuer key for formats of that profile; an issue call may bring another. */
  signerFor(profile: SignerProfile): Signer
  /** What the metadata names beside that key: those of yesterday and of tomorrow. */
  readonly publishedKeys: readonly PublishedKey[]
  readonly openCallerKey: CallerKeys
  /** Keys of the configuration by their names, and what each calls itself, where it says so. */
  readonly issuerNames: ReadonlyMap<string, string | undefined>
  /** Profiles of files. */
  readonly ownProfiles: ReadonlyMap<string, KnownProfile>
  /** Who is asked for claims; absent: nobody. */
  readonly claimsWebhooks?: ClaimsWebhooks
  /** Keys of holders who are named by a DID. Where it is absent, only a DID that contains its key is taken. */
  readonly holderKeys?: DidKeyResolver
  /** Who is believed that says how wallets keep their keys. Where it is absent, nobody is, and no such word is asked for. */
  readonly keyAttesters?: AttesterKeys | undefined
  readonly jwe: JweEngine
  /** What wallets encrypt their requests for. */
  readonly requestKeys: RequestKeys
  readonly encryption: RequiredEncryption
  readonly macs: IssuerMacs
  /** Which clients are taken. */
  readonly clients: ClientRules
  readonly senders: SenderRules
  /** Issuer identifier and public URL, without a trailing slash. */
  readonly baseUrl: string
  readonly types: ReadonlyMap<string, IssuableType>
  readonly limits: IssuerLimits
  /** Epoch seconds. */
  readonly now: () => number
  /** How a step that lost a race waits; a few random milliseconds unless said otherwise. */
  readonly backOff?: BackOff
}

/** What is published of a key that signs, has signed or will sign. */
export interface PublishedKey {
  readonly keyId: string
  readonly algorithm: SignatureAlgorithm
  readonly publicJwk: PublicJwk
  /** Of a file with certificates, the leaf first. */
  readonly x5c?: readonly string[] | undefined
}

/** `type` of what stands in place of a serialised key: one of the configuration, by its `name`. No call may bring it. */
export const CONFIGURED_KEY = 'configured'

/** Makes a signer of a serialised key that a call brought along. */
export interface CallerKeys {
  /** A signer of the bare key, without a certificate. */
  open(key: JsonObject): Promise<Result<Signer, { readonly code: string }>>
  /** A signer that issues with the key, under these certificates; `issuer`: what it calls itself, where it says so. */
  signer(
    key: JsonObject,
    x5c: readonly string[] | undefined,
    profile: SignerProfile,
    issuer: string | undefined,
  ): Promise<Result<Signer, { readonly code: string }>>
}

/** A profile that is there, wherever it comes from. */
export interface KnownProfile extends ProfileName {
  /** One of a file counts before one of the API, and is not changed by it. */
  readonly origin: 'file' | 'api'
  /** Epoch seconds; absent for one of a file. */
  readonly changedAt?: number | undefined
  readonly profile: Profile
}

/** Asks an operator's own system for the claims of one credential, when its wallet has come. */
export interface ClaimsWebhooks {
  /** Why nobody is ever asked at this address; undefined where that is not known. */
  judge(url: string): string | undefined
  ask(question: ClaimsQuestion): Promise<ClaimsAnswer>
}

export interface ClaimsQuestion {
  readonly url: string
  readonly header?: { readonly name: string; readonly value: string } | undefined
  /** The same each time that this is asked. */
  readonly id: string
  readonly body: JsonObject
}

export type ClaimsAnswer =
  | { readonly outcome: 'claims'; readonly claims: JsonObject }
  /** Whoever was asked says that this holder shall not have it. */
  | { readonly outcome: 'denied' }
  | { readonly outcome: 'failed'; readonly reason: string }

/** Under the id of the authorization that he said yes to. */
export interface KnownUser {
  /** What goes into the credentials, by configuration and by the place that it goes to. */
  readonly claims: Readonly<Record<string, JsonObject>>
}

/** An OpenID provider that knows the users. */
export interface UserLogin {
  /** What of its words an offer takes that does not say so itself, as `userClaims` of an offer. */
  readonly usualClaims?: Readonly<Record<string, string>> | undefined
  /** An attempt that is for one browser, and the address that it is sent to. */
  begin(back: LoginReturn): Promise<Result<BegunLogin, UserSourceRefusal>>
  /** What the browser came back with, for the attempt that sent it away. */
  finish(
    query: URLSearchParams,
    attempt: LoginAttempt,
    back: LoginReturn,
  ): Promise<Result<FoundUser, UserSourceRefusal>>
}

export interface LoginReturn {
  /** The callback, without a query. */
  readonly redirectUri: string
  readonly state: string
}

export interface BegunLogin extends Pick<LoginAttempt, 'nonce' | 'codeVerifier'> {
  readonly address: string
}

export interface FoundUser {
  /** As people call him; absent: nobody says. */
  readonly name?: string | undefined
  /** Everything that is known of him; of a presentation by the ids of its credential queries. */
  readonly known: JsonObject
}

export type UserSourceRefusal =
  /** The user, or who knows him, said no. */
  | { readonly code: 'login_denied' }
  /** Whoever knows the user cannot be asked; the same may do later. `reason`: a code of ours or of his, and nothing of the user. */
  | { readonly code: 'user_source_away'; readonly reason: string }
  /** What came back is not what it has to be, or is used up. */
  | { readonly code: 'user_not_shown'; readonly reason: string }
  /** An answer is there, and cannot be judged yet. */
  | { readonly code: 'presentation_open' }

/** Our verifier, which asks wallets. */
export interface UserPresentations {
  begin(wish: PresentationWish): Promise<Result<BegunPresentation, UserSourceRefusal>>
  /** By the response code that the browser came back with (OpenID4VP 1.0 §13.3), or without one what became of it. */
  finish(
    verificationId: string,
    responseCode: string | undefined,
  ): Promise<Result<FoundUser, UserSourceRefusal>>
}

export interface PresentationWish {
  /** As `vpRequest` of the offer. */
  readonly request: JsonObject
  readonly redirectUri: string
  readonly ttlSeconds: number
}

export type BegunPresentation = Pick<PresentationAttempt, 'verificationId' | 'link'>

export interface OwnStatusLists {
  readonly indices: IndexAllocator
  readonly published: PublishedLists
  /** How long verifiers may keep a list. */
  readonly ttlSeconds: number
}

/** How far senders are constrained (DPoP, RFC 9449). */
export interface SenderRules {
  /** Whether a proof needs a nonce of ours. One that is given is judged in any case. */
  readonly nonces: 'optional' | 'required'
  /** Whether every token is bound to a key. */
  readonly required: boolean
}

/** The keys that credential requests are encrypted for; `now` in epoch seconds. */
export interface RequestKeys {
  /** The one that the metadata names. */
  current(now: number): Promise<KeptDecryptionKey>
  /** Those that a request may be encrypted for. */
  taken(now: number): Promise<readonly KeptDecryptionKey[]>
}

/** What has to be encrypted (OpenID4VCI 1.0 §10); everything may be. */
export interface RequiredEncryption {
  readonly requestRequired: boolean
  readonly responseRequired: boolean
}

/** One keyed hash a purpose, all under the deployment secret. */
export interface IssuerMacs {
  /** Codes, access tokens and names of what was laid down. */
  readonly grant: Mac
  /** Challenges, each purpose apart. */
  readonly nonce: Mac
  readonly txCode: Mac
}

export interface CredentialAnswer {
  readonly sessionId: string
  /** Hash of token, configuration and proofs: who sends the same again gets the same bytes. */
  readonly requestHash: string
  readonly body: JsonObject
  /** What the log of issued credentials calls it; absent where there is no log. */
  readonly credentialId?: string | undefined
  /** The same of the others of a batch. */
  readonly otherCredentialIds?: readonly string[] | undefined
}

export interface IssuerLimits {
  /** How long an offer can be taken up, in seconds. */
  readonly offerTtlSeconds: number
  /** How long an issuance can be looked at after that, in seconds. */
  readonly resultRetentionSeconds: number
  /** Lifetime of a bearer token, in seconds; at most 300 (OpenID4VCI §13.10). */
  readonly bearerTtlSeconds: number
  /** Lifetime of a DPoP-bound token, in seconds. */
  readonly boundTtlSeconds: number
  /** How long a bound token can be refreshed, in seconds; 0: not at all. */
  readonly refreshTtlSeconds: number
  /** How long a wallet may come for what somebody has to agree to first, in seconds. */
  readonly deferredTtlSeconds: number
  /** How long it is told to wait before it comes again, in seconds. */
  readonly deferredIntervalSeconds: number
  readonly nonceTtlSeconds: number
  /** How many credentials one request may ask for; 1 offers no batches. */
  readonly batchSize: number
  /** Age of a DPoP proof or key proof, in seconds. */
  readonly proofMaxAgeSeconds: number
  readonly skewSeconds: number
  /** How long it is kept who called what, in seconds; 0: it is not written down. */
  readonly auditSeconds: number
  readonly bulk: {
    /** Of one input. */
    readonly maxBytes: number
    /** How long a job that has ended is kept, in seconds. */
    readonly keptSeconds: number
  }
  readonly authorization: AuthorizationTimes & {
    /** Lifetime of an authorization code, in seconds. */
    readonly codeSeconds: number
  }
}
