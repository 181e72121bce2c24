/**
 * What the verifier's use cases stand on: ports, keys and settings, put together once in `main.ts`. Use cases know
 * neither HTTP nor Redis; they run as they are in the simulation.
 */

import type { JsonObject } from '@countersign/core/json'
import type { Check } from '@countersign/credential/contract/checks'
import type { VerifiedPresentation } from '@countersign/credential/contract/format'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import type { IssuerTrust, ListTrust } from '@countersign/credential/contract/trust-port'
import type { CryptoEngine, Mac, Signer } from '@countersign/crypto/engine'
import type { HpkeEngine } from '@countersign/crypto/hpke-engine'
import type { JweEngine } from '@countersign/crypto/jwe-engine'
import type { DidDocument, DidKeyResolver } from '@countersign/did/did-document'
import type { ProvablePrefixName, VerifierClient } from '@countersign/protocol/openid4vp/request/client-id'
import type { PostedModeName } from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { TransactionTypes } from '@countersign/protocol/openid4vp/transaction-data/transaction-type'
import type { Callbacks } from '@countersign/service/callbacks/post-callback'
import type { TokenBuckets } from '@countersign/service/operation/token-buckets'
import type { BackOff } from '@countersign/service/sessions/session-transition'
import type { Due, Index, SessionStore, Signals } from '@countersign/stores/ports'
import type { LookTurns } from './look-turns.ts'
import type { Policy } from './policies/policy.ts'

export interface Verifier {
  readonly sessions: SessionStore<VerificationSession>
  readonly signals: Signals
  /** Which sessions were made: for operators' lists alone. */
  readonly index: Pick<Index, 'page'>
  /** Told of each step that was written, for figures. */
  readonly observe?: ((before: VerificationSession, after: VerificationSession) => void) | undefined
  /** Name of this instance, for the events that it commits. */
  readonly servedBy?: string | undefined
  readonly formats: FormatRegistry
  readonly crypto: CryptoEngine
  readonly jwe: JweEngine
  readonly hpke: HpkeEngine
  readonly requestSigner: Signer
  /** The same at all instances of the deployment; one key a purpose. */
  readonly macs: { readonly responseCode: Mac }
  /** Who it is to wallets, under each prefix under which it can show that. */
  readonly clients: VerifierClients
  /** The document of its did:web; absent: it has none. */
  readonly didDocument?: DidDocument | undefined
  /** That of requests where a call does not say it; one of `clients`. */
  readonly clientIdPrefix: ProvablePrefixName
  /** Who that is, in its own words: members of `client_metadata`. */
  readonly clientMetadata?: JsonObject | undefined
  /** How wallets answer where a call does not say it. */
  readonly responseMode: PostedModeName
  readonly trust: IssuerTrust
  /** Lists of trusted entities that queries may name; absent: there are none. */
  readonly trustLists?: ListTrust | undefined
  /** Keys of holders whom a DID names that is not its own key. */
  readonly holderKeys?: DidKeyResolver | undefined
  readonly checkStatus: StatusChecker
  /** What a relying party may ask for beside the checks that always run. */
  readonly policies: readonly Policy[]
  /** What holders may be asked to authorise. */
  readonly transactionTypes: TransactionTypes
  /** Whether a page of this machine may ask without TLS: in development. */
  readonly loopbackOrigins: boolean
  /** Public URL without a trailing slash; every link is built from it alone. */
  readonly baseUrl: string
  readonly limits: VerifierLimits
  /** Epoch seconds. */
  readonly now: () => number
  /** What one sender may have judged for one session, at this instance. */
  readonly answerLimit: Pick<TokenBuckets, 'take'>
  /** How often what is missing of a session is looked for by readers, at this instance. */
  readonly lookTurns: LookTurns
  /** Which sessions somebody looks at, though nobody reads them. */
  readonly due: Due
  /** How relying parties are told what happens to their sessions. */
  readonly callbacks: Callbacks
  /** How a step that lost a race waits; a few random milliseconds unless said otherwise. */
  readonly backOff?: BackOff | undefined
}

export type VerifierClients = ReadonlyMap<ProvablePrefixName, VerifierClient>

/**
 * Looks up the status of a credential whose issuer was found trustworthy: nothing is fetched for a stranger. One check
 * named `status`; what cannot be found out in the time that is left is undetermined, never passed and never failed.
 */
export type StatusChecker = (presentation: StatusSubject, timeLeftMs: number) => Promise<Check>

/** What of a presentation a status check needs; it can be kept, and asked about later. */
export type StatusSubject = Pick<VerifiedPresentation, 'anchor' | 'format' | 'issuer' | 'statuses'>

export interface VerifierLimits {
  /** How long a wallet may take to answer, in seconds. */
  readonly sessionTtlSeconds: number
  /** How long a result can be read after that, in seconds. */
  readonly resultRetentionSeconds: number
  /** Clock difference tolerated for credentials, in seconds. */
  readonly skewSeconds: number
  /** Age of a key-binding proof, both ways, in seconds. */
  readonly bindingWindowSeconds: number
  /** How long the statuses of one answer may take to be looked up, together, in milliseconds. */
  readonly statusLookUpMs: number
}
