/** Who the user of an authorization request is, and the attempt by which that is found out, as the store keeps them. */
import type { JsonObject } from '@countersign/core/json'

export type UserAttempt = LoginAttempt | PresentationAttempt

/** A log-in at an OpenID provider (OpenID Connect Core 1.0 §3.1). */
export interface LoginAttempt {
  readonly method: 'PWD'
  /** What the state of this attempt is derived from. */
  readonly id: string
  readonly nonce: string
  /** PKCE, S256. */
  readonly codeVerifier: string
  /** Epoch seconds until when somebody asks the provider with what came back: its code is good once. Absent: nobody does. */
  readonly takenUntil?: number | undefined
}

/** A verification at our verifier, that has an answer when this browser is back (OpenID4VP 1.0 §13.3). */
export interface PresentationAttempt {
  readonly method: 'VP_TOKEN'
  readonly id: string
  readonly verificationId: string
  /** Opens a wallet. */
  readonly link: string
}

/** Sealed with the request, as what a wallet presents is. */
export interface AuthenticatedUser {
  /** Epoch seconds. */
  readonly at: number
  /** By which attempt it is known. */
  readonly attemptId: string
  /** As he is shown what he is taken for; foreign text. */
  readonly name?: string | undefined
  /** What goes into the credentials, by configuration and by the place that it goes to. */
  readonly claims: Readonly<Record<string, JsonObject>>
}
