/**
 * Whether a client is who it says it is: one entry a method that the authorization server speaks, and the compiler names one
 * that is missing. How a request presents a method is protocol's part. Every endpoint at which clients authenticate asks here.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type AttestedClientRefusal,
  verifyAttestedClient,
} from '@countersign/protocol/oauth/client-authentication/attest-jwt-client-auth'
import type {
  ClientMessage,
  PresentationRefusal,
} from '@countersign/protocol/oauth/client-authentication/client-authentication'
import {
  type ClientMethod,
  type PresentedClient,
  parseClient,
} from '@countersign/protocol/oauth/client-authentication/methods'
import {
  type AssertionRefusal,
  readClientAssertion,
  verifyClientAssertion,
} from '@countersign/protocol/oauth/client-authentication/private-key-jwt'
import { ISSUER_PATHS } from '@countersign/protocol/openid4vci/metadata/published-metadata'
import type { RegisteredClient } from '../client-rules.ts'
import type { Issuer } from '../issuer.ts'
import { isChallengeGood } from './server-challenges.ts'

/** The client as the issuer knows it after authentication. */
export interface AuthenticatedClient {
  readonly method: ClientMethod
  /** A name without proof for a public client; absent for an anonymous one. */
  readonly clientId?: string | undefined
  /**
   * RFC 7638 thumbprint of the key of this instance of the client, where it has one: a code or a refresh token that was given
   * to it is for it alone, and not for others of the same `clientId`.
   */
  readonly instanceKey?: string | undefined
  /** Absent for a client that nobody registered. */
  readonly registered?: RegisteredClient | undefined
}

export interface ReceivedClient extends ClientMessage {
  /** Path below the base URL: an assertion may name the public address of the endpoint. */
  readonly path: string
}

export type ClientRefusal =
  | PresentationRefusal
  | AttestedClientRefusal
  | AssertionRefusal
  | { readonly code: 'attestation_pop_replayed' | 'assertion_replayed' }
  /** The proof of the attested key has no challenge where one is needed, or not one of ours, or an old one. */
  | { readonly code: 'attestation_challenge_needed' }
  | { readonly code: 'client_unknown' }
  /** Neither the client's registration nor the server's settings allow the method. */
  | { readonly code: 'client_method_not_allowed'; readonly method: ClientMethod }

export type ClientPorts = Pick<
  Issuer,
  'baseUrl' | 'clients' | 'crypto' | 'limits' | 'macs' | 'now' | 'proofs'
>

/** Whether it is the instance that something was bound to; what is bound to none is for every instance of its client. */
export function hasKey({ instanceKey }: AuthenticatedClient, bound: string | undefined): boolean {
  return bound === undefined || bound === instanceKey
}

/** FAPI 2.0 leaves it open; libraries of clients make them for a minute, some for five. */
const MAX_ASSERTION_LIFETIME_SECONDS = 600

/** Spends what the client presents: a request that is sent once more needs a proof of its own. */
export async function authenticateClient(
  issuer: ClientPorts,
  message: ReceivedClient,
): Promise<Result<AuthenticatedClient, ClientRefusal>> {
  const presented = parseClient(message)
  if (!presented.ok) return presented
  return authenticators[presented.value.method].authenticate(issuer, presented.value, message.path)
}

/** Method syntax, so that the table can be read by a method that is known at run time only. */
interface ClientAuthenticator<Method extends ClientMethod> {
  authenticate(
    issuer: ClientPorts,
    presented: PresentedClient<Method>,
    path: string,
  ): Promise<Result<AuthenticatedClient, ClientRefusal>>
}

const AUTHENTICATORS: { readonly [M in ClientMethod]: ClientAuthenticator<M> } = {
  attest_jwt_client_auth: { authenticate: authenticateAttested },
  private_key_jwt: { authenticate: authenticateAsserted },
  none: { authenticate: authenticatePublic },
}

const authenticators: Readonly<Record<ClientMethod, ClientAuthenticator<ClientMethod>>> = AUTHENTICATORS

async function authenticateAttested(
  issuer: ClientPorts,
  presented: PresentedClient<'attest_jwt_client_auth'>,
): Promise<Result<AuthenticatedClient, ClientRefusal>> {
  const { method } = presented
  const { attestationChallenges, attestationMaxAgeSeconds, attesterKeys } = issuer.clients
  if (attesterKeys === undefined) return refuse({ code: 'client_method_not_allowed', method })
  const verified = await verifyAttestedClient(
    presented,
    {
      audience: issuer.baseUrl,
      attesterKeys,
      now: issuer.now(),
      maxAgeSeconds: issuer.limits.proofMaxAgeSeconds,
      skewSeconds: issuer.limits.skewSeconds,
      maxAttestationAgeSeconds: attestationMaxAgeSeconds,
    },
    issuer.crypto,
  )
  if (!verified.ok) return verified
  const { challenge, clientId, replayKey, replayTtlSeconds, thumbprint: instanceKey } = verified.value
  const registered = allowed(issuer, clientId, method)
  if (!registered.ok) return registered
  const isGood = await isChallengeGood('attestation_challenge', issuer, challenge, attestationChallenges)
  if (!isGood) return refuse({ code: 'attestation_challenge_needed' })
  const isFirst = await issuer.proofs.claim(replayKey, replayTtlSeconds)
  return isFirst
    ? ok({ method, clientId, instanceKey, registered: registered.value })
    : refuse({ code: 'attestation_pop_replayed' })
}

async function authenticateAsserted(
  issuer: ClientPorts,
  presented: PresentedClient<'private_key_jwt'>,
  path: string,
): Promise<Result<AuthenticatedClient, ClientRefusal>> {
  const { method } = presented
  const read = readClientAssertion(presented)
  if (!read.ok) return read
  const registered = allowed(issuer, read.value.clientId, method)
  if (!registered.ok) return registered
  if (registered.value === undefined) return refuse({ code: 'client_unknown' })
  const verified = await verifyClientAssertion(
    read.value,
    {
      audiences: audiencesAt(issuer, path),
      keys: registered.value.keys,
      now: issuer.now(),
      skewSeconds: issuer.limits.skewSeconds,
      maxLifetimeSeconds: MAX_ASSERTION_LIFETIME_SECONDS,
    },
    issuer.crypto,
  )
  if (!verified.ok) return verified
  const { clientId, replayKey, replayTtlSeconds } = verified.value
  const isFirst = await issuer.proofs.claim(replayKey, replayTtlSeconds)
  return isFirst
    ? ok({ method, clientId, registered: registered.value })
    : refuse({ code: 'assertion_replayed' })
}

async function authenticatePublic(
  issuer: ClientPorts,
  { clientId, method }: PresentedClient<'none'>,
): Promise<Result<AuthenticatedClient, ClientRefusal>> {
  const registered = allowed(issuer, clientId, method)
  if (!registered.ok) return registered
  const isTaken = issuer.clients.publicClients || registered.value !== undefined
  return isTaken
    ? ok({ method, clientId, registered: registered.value })
    : refuse({ code: 'client_method_not_allowed', method })
}

/** A client that was registered authenticates in the ways of its registration alone, or the weakest of all would do. */
function allowed(
  { clients }: Pick<Issuer, 'clients'>,
  clientId: string | undefined,
  method: ClientMethod,
): Result<RegisteredClient | undefined, ClientRefusal> {
  const registered = clientId === undefined ? undefined : clients.registered.get(clientId)
  return registered === undefined || registered.methods.includes(method)
    ? ok(registered)
    : refuse({ code: 'client_method_not_allowed', method })
}

/** RFC 9126 §2: at every endpoint our identifier will do, the token endpoint, and the endpoint itself. */
function audiencesAt({ baseUrl }: Pick<Issuer, 'baseUrl'>, path: string): readonly string[] {
  return [baseUrl, baseUrl + ISSUER_PATHS.token, baseUrl + path]
}
