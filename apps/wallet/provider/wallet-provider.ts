/**
 * The provider of these wallets: it says of an instance of a client that it is one of them (OpenID4VCI 1.0 appendix E), and of
 * keys that they are theirs and how they are kept (appendix D). Whether to attest is for whoever asks here: an instance of this
 * deployment, of keys that it has made itself. No status is given: an attestation is good until it ends.
 */
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { createClientAttestation } from '@countersign/protocol/oauth/client-authentication/client-proofs'
import {
  createKeyAttestation,
  type KeyAttestationDemand,
} from '@countersign/protocol/openid4vci/proof/key-attestation'

export interface WalletProvider extends AttestedFacts {
  attestClient(instanceKey: PublicJwk): Promise<ClientAttestation>
  /** One for all of them. `nonce`: of the issuer, where it gives any. */
  attestKeys(keys: readonly PublicJwk[], nonce: string | undefined): Promise<string>
  /** Differs where attestations of before are not worth what new ones are. */
  readonly mark: string
  /** PEM of the authorities above it, for whoever is to believe it; absent where none is known. */
  readonly anchorsPem?: string | undefined
}

/** What can be known of its attestations before there are any. */
export interface AttestedFacts {
  readonly algorithm: SignatureAlgorithm
  /** How keys are kept and who may use them, as far as somebody has found that out (appendix D.2). */
  readonly levels: KeyLevels
}

export type KeyLevels = Required<{ readonly [Kind in keyof KeyAttestationDemand]: readonly string[] }>

export interface ClientAttestation {
  readonly jwt: string
  /** Epoch seconds: from then on a new one is made, long enough before this one ends. */
  readonly renewAt: number
}

export interface ProviderParts {
  readonly signer: Signer
  /** What it calls itself: `iss`, which drafts before -08 want. */
  readonly name: string
  /** The same for all of its wallets (§15.4.4). */
  readonly clientId: string
  /** Of a client attestation. */
  readonly lifetimeSeconds: number
  readonly levels: KeyLevels
  readonly anchorsPem?: string | undefined
  /** Epoch seconds. */
  readonly now: () => number
}

/** It goes into one request, which is sent again for as long as its nonce is good. */
const KEY_ATTESTATION_SECONDS = 3600

export async function walletProvider(
  { anchorsPem, clientId, levels, lifetimeSeconds, name, now, signer }: ProviderParts,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<WalletProvider> {
  const certified = signer.x5c?.[0] ?? signer.keyId
  return {
    algorithm: signer.algorithm,
    levels,
    anchorsPem,
    mark: await crypto.digestBase64url(
      'sha-256',
      JSON.stringify([certified, clientId, name, lifetimeSeconds]),
    ),
    async attestClient(instanceKey) {
      const moment = now()
      const issued = { issuer: name, clientId, instanceKey, now: moment, lifetimeSeconds }
      const jwt = await createClientAttestation({ signer, ...issued })
      return { jwt, renewAt: moment + Math.floor(lifetimeSeconds * 0.75) }
    },
    attestKeys(keys, nonce) {
      const moment = now()
      return createKeyAttestation({
        signer,
        keys: keys.map(bareKey),
        now: moment,
        expiresAt: moment + KEY_ATTESTATION_SECONDS,
        nonce,
        // Nothing is said where there is nothing to say.
        keyStorage: nonEmpty(levels.keyStorage),
        userAuthentication: nonEmpty(levels.userAuthentication),
      })
    },
  }
}

/** Which kinds of level an issuer asks for that are not there; of each kind one is enough. */
export function unmetLevels(
  { levels }: Pick<AttestedFacts, 'levels'>,
  demand: KeyAttestationDemand,
): readonly (keyof KeyLevels)[] {
  const kinds = ['keyStorage', 'userAuthentication'] as const
  return kinds.filter((kind) => demand[kind]?.some((level) => levels[kind].includes(level)) === false)
}

function nonEmpty(texts: readonly string[]): readonly string[] | undefined {
  return texts.length === 0 ? undefined : texts
}
