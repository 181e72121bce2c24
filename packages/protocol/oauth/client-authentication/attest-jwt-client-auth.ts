/**
 * `attest_jwt_client_auth` (draft-ietf-oauth-attestation-based-client-auth §6, §7): an attestation in one header and the proof
 * of its key in another. Neither counts without the other.
 */
import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type AttesterKeys, verifyAttester } from '../attester.ts'
import { optionalParameter } from '../form-parameters.ts'
import { boundedText } from '../message-values.ts'
import type { ProofWindow } from '../proof-age.ts'
import {
  type AttestationRefusal,
  MAX_ATTESTATION_LENGTH,
  readClientAttestation,
} from './client-attestation.ts'
import {
  type AttestationPopRefusal,
  MAX_CHALLENGE_LENGTH,
  MAX_POP_LENGTH,
  type VerifiedAttestationPop,
  verifyAttestationPop,
} from './client-attestation-pop.ts'
import {
  type ClientAuthentication,
  type ClientMessage,
  MAX_CLIENT_ID_LENGTH,
  type PresentationRefusal,
  singleHeader,
} from './client-authentication.ts'

export interface AttestedClient {
  readonly method: 'attest_jwt_client_auth'
  /** `client_id` of the request, where it has one. */
  readonly clientId?: string | undefined
  readonly attestation: string
  readonly pop: string
}

export interface AttestedClientCheck extends ProofWindow {
  /** Our issuer identifier. */
  readonly audience: string
  readonly attesterKeys: AttesterKeys
  /** Of the attestation; as long as it says itself when absent. */
  readonly maxAttestationAgeSeconds?: number | undefined
}

/** `thumbprint`: of the key of the instance, to which codes and refresh tokens can be bound. */
export interface VerifiedAttestedClient extends VerifiedAttestationPop {
  readonly clientId: string
}

export type AttestedClientRefusal =
  | AttestationRefusal
  | AttestationPopRefusal
  /** `client_id` of the request is not the `sub` of the attestation. */
  | { readonly code: 'attestation_of_another' }

export const ATTESTATION_HEADER = 'oauth-client-attestation'
export const ATTESTATION_POP_HEADER = 'oauth-client-attestation-pop'
/** What an answer gives the next proof to be made with (§6.2). */
export const ATTESTATION_CHALLENGE_HEADER = 'oauth-client-attestation-challenge'

const ALGORITHMS = [...ALLOWED_ALGORITHMS.attestation]

export const attestJwtClientAuth: ClientAuthentication<'attest_jwt_client_auth', AttestedClient> = {
  method: 'attest_jwt_client_auth',
  parse,
  write: ({ attestation, clientId, pop }) => ({
    form: defined({ client_id: clientId }),
    headers: { [ATTESTATION_HEADER]: attestation, [ATTESTATION_POP_HEADER]: pop },
  }),
  metadata: {
    client_attestation_signing_alg_values_supported: ALGORITHMS,
    client_attestation_pop_signing_alg_values_supported: ALGORITHMS,
  },
}

function parse(message: ClientMessage): Result<AttestedClient | undefined, PresentationRefusal> {
  const attestation = singleHeader(message, ATTESTATION_HEADER, MAX_ATTESTATION_LENGTH)
  if (!attestation.ok) return attestation
  const pop = singleHeader(message, ATTESTATION_POP_HEADER, MAX_POP_LENGTH)
  if (!pop.ok) return pop
  if (attestation.value === undefined)
    return pop.value === undefined ? ok(undefined) : missing(ATTESTATION_HEADER)
  if (pop.value === undefined) return missing(ATTESTATION_POP_HEADER)
  const clientId = optionalParameter(message.form, 'client_id', MAX_CLIENT_ID_LENGTH)
  if (!clientId.ok) return clientId
  const { method } = attestJwtClientAuth
  return ok({ method, clientId: clientId.value, attestation: attestation.value, pop: pop.value })
}

function missing(header: string): Result<never, PresentationRefusal> {
  return refuse({ code: 'client_incomplete', missing: header })
}

/** The answer of the challenge endpoint (§6.1); undefined where it has none that can be used. */
export function parseChallengeResponse(json: JsonObject): string | undefined {
  return boundedText(json['attestation_challenge'], MAX_CHALLENGE_LENGTH)
}

/** §7.1, §7.2 and §7.5, what is cheap before what is not. */
export async function verifyAttestedClient(
  { attestation, clientId, pop }: AttestedClient,
  check: AttestedClientCheck,
  crypto: CryptoEngine,
): Promise<Result<VerifiedAttestedClient, AttestedClientRefusal>> {
  const { audience, maxAgeSeconds, now, skewSeconds } = check
  const rules = { now, skewSeconds, maxAgeSeconds: check.maxAttestationAgeSeconds }
  const read = readClientAttestation(attestation, rules)
  if (!read.ok) return read
  const { clientId: subject, instanceKey } = read.value
  if (clientId !== undefined && clientId !== subject) return refuse({ code: 'attestation_of_another' })
  const window = { now, maxAgeSeconds, skewSeconds }
  const proven = await verifyAttestationPop(
    pop,
    { ...window, audience, clientId: subject, instanceKey },
    crypto,
  )
  if (!proven.ok) return proven
  const attester = await verifyAttester(read.value.decoded, now, check.attesterKeys, crypto)
  return attester.ok ? ok({ ...proven.value, clientId: subject }) : attester
}
