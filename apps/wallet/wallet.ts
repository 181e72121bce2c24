/**
 * What the wallet's use cases stand on: the database, keys, the way out to issuers and verifiers, and settings, put
 * together once in `main.ts`. Use cases know no HTTP server; they run as they are in tests, on both databases.
 */

import type { Result } from '@countersign/core/result'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import type { IssuerTrust, ListTrust } from '@countersign/credential/contract/trust-port'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { JweEngine } from '@countersign/crypto/jwe-engine'
import type { DidKeyResolver } from '@countersign/did/did-document'
import type { FetchDidDocument } from '@countersign/did/did-resolver'
import type { PrivateJwk, SoftwareKeyType } from '@countersign/keys/signers/software-key'
import type { HttpPolicy } from '@countersign/protocol/oauth/message-values'
import type { KnownVerifier } from '@countersign/protocol/openid4vp/request/client-id'
import type { TransactionTypes } from '@countersign/protocol/openid4vp/transaction-data/transaction-type'
import type { StatusLists } from '@countersign/status-list/status-list'
import type { Certificate } from '@countersign/x509/certificate'
import type { WalletDatabase } from './database/schema.ts'
import type { SealedColumns } from './database/sealed-columns.ts'
import type { OutgoingClient } from './outgoing-client.ts'
import type { ServerNonces } from './server-nonces.ts'
import type { TypeLooks } from './type-looks.ts'

export interface Wallet {
  readonly database: WalletDatabase
  readonly columns: SealedColumns
  readonly passwords: Passwords
  /** Whether people may register and log in with a password. */
  readonly passwordLogin: boolean
  readonly keyMaker: KeyMaker
  readonly outgoing: OutgoingClient
  readonly serverNonces: ServerNonces
  readonly formats: FormatRegistry
  readonly crypto: CryptoEngine
  readonly jwe: JweEngine
  /** A random UUID (RFC 9562 §5.4): ids of rows, and `jti` of proofs. */
  readonly newId: () => string
  readonly verifiers: TrustedVerifiers
  /** What its owner can be asked to authorise. */
  readonly transactionTypes: TransactionTypes
  /** Who vouches for issuers, and what they publish; absent where nobody is configured: then no status is known. */
  readonly issuers?: TrustedIssuers | undefined
  /** DIDs of others: the documents behind them, and the keys in those. */
  readonly dids: { readonly fetchDocument: FetchDidDocument; readonly keyOf: DidKeyResolver }
  /** Public URL without a trailing slash. */
  readonly baseUrl: string
  /** Where http may stand for https. */
  readonly httpPolicy: HttpPolicy
  /** Who is asked for the metadata of types whose name is no address; absent: nobody. */
  readonly repositoryUrl?: string | undefined
  /** For authorization servers that take no anonymous clients. */
  readonly clientId: string
  /** Where browsers come back to from an authorization server: the web wallet's page for it. */
  readonly redirectUri: string
  /** How many copies of a card are wanted, each to be shown once; 1: none. */
  readonly batchCopies: number
  /** What types said of themselves a moment ago. */
  readonly typeLooks: TypeLooks
  readonly limits: WalletLimits
  /** Epoch seconds. */
  readonly now: () => number
}

/** Who vouches for verifiers. */
export interface TrustedVerifiers {
  readonly anchors: () => readonly Certificate[]
  /** Who vouches for those that say who verifiers are; absent: nobody. */
  readonly attesterAnchors?: (() => readonly Certificate[]) | undefined
  /** Whom whoever runs the wallet names, by the full client identifier; absent: nobody. */
  readonly known?: ReadonlyMap<string, KnownVerifier> | undefined
  /** Without it a stranger is let through, and marked as one. */
  readonly required: boolean
}

export interface Passwords {
  hash(password: string): Promise<string>
  /** `stored` absent: nobody has this password, and finding out takes the same time. */
  matches(stored: string | undefined, password: string): Promise<boolean>
}

export interface KeyMaker {
  make(keyType: SoftwareKeyType): Promise<Result<PrivateJwk, KeyMakerBusy>>
}

export interface KeyMakerBusy {
  readonly code: 'key_maker_busy'
}

export interface TrustedIssuers {
  readonly trust: IssuerTrust
  /** Lists of trusted entities that requests may name; absent: there are none. */
  readonly lists?: ListTrust | undefined
  readonly statusLists: StatusLists
  /** Names of the authorities whose lists count whoever issued the credential. */
  readonly listAnchors: () => readonly string[]
}

export interface WalletLimits {
  readonly tokenLifetimeSeconds: number
  readonly minimumPasswordLength: number
  readonly loginFailuresPerMinute: number
  readonly loginFailuresPerMinuteInTotal: number
  readonly registrationsPerMinute: number
}

/** These are the limits of one wallet. */
export const MAX_KEYS = 100
export const MAX_DIDS = 100
export const MAX_CREDENTIALS = 1000

/** A wallet that the caller's account owns; only `openWallet` makes one, and every query is bound to it. */
export interface OwnedWallet {
  readonly id: string
  readonly accountId: string
}
