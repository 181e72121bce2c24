/** What a wallet shows of itself to an issuer by each way of client authentication, and what the issuer is told to believe it. */
import { randomUUID } from 'node:crypto'
import { bareKey } from '@countersign/crypto/jwk'
import {
  createAttestationPop,
  createClientAssertion,
  createClientAttestation,
} from '@countersign/protocol/oauth/client-authentication/client-proofs'
import type { ClientMethod, PresentedClient } from '@countersign/protocol/oauth/client-authentication/methods'
import { createKeyAttestation } from '@countersign/protocol/openid4vci/proof/key-attestation'
import { newKey, now } from '@countersign/testing/people/keys'

/** Where browsers come back to. */
export const BACK = 'http://127.0.0.1:9/back'

/** Proves nothing of itself. */
export const PUBLIC_CLIENT = 'a-public-wallet'

const NAMES: Readonly<Record<ClientMethod, string>> = {
  none: PUBLIC_CLIENT,
  private_key_jwt: 'a-registered-wallet',
  attest_jwt_client_auth: 'https://wallet.example',
}

export interface ClientMeans {
  readonly issuerFlags: readonly string[]
  nameOf(method: ClientMethod): string
  /** For one request: what is in it counts once. `challenge`: for the proof of an attested key. */
  present(method: ClientMethod, issuer: string, challenge?: string): Promise<PresentedClient>
  attestKeys(input: Pick<Parameters<typeof createKeyAttestation>[0], 'keys' | 'nonce'>): Promise<string>
}

export function makeClientMeans(): ClientMeans {
  const registered = newKey()
  const provider = newKey()
  const instance = newKey()
  const client = {
    clientId: NAMES.private_key_jwt,
    methods: ['private_key_jwt'],
    keys: [bareKey(registered.publicJwk)],
    redirectUris: [BACK],
  }
  const providers = JSON.stringify([{ ...bareKey(provider.publicJwk), kid: provider.keyId }])
  const present: Readonly<Record<ClientMethod, ClientMeans['present']>> = {
    none: async () => ({ method: 'none', clientId: NAMES.none }),
    private_key_jwt: async (method, audience) => {
      const clientId = NAMES[method]
      const made = {
        signer: registered,
        clientId,
        audience,
        now: now(),
        lifetimeSeconds: 60,
        jti: randomUUID(),
      }
      return { method: 'private_key_jwt', clientId, assertion: await createClientAssertion(made) }
    },
    attest_jwt_client_auth: async (method, audience, challenge) => {
      const clientId = NAMES[method]
      const attestation = await createClientAttestation({
        signer: provider,
        clientId,
        instanceKey: instance.publicJwk,
        now: now(),
        lifetimeSeconds: 600,
      })
      const shown = { signer: instance, clientId, audience, now: now(), jti: randomUUID(), challenge }
      return {
        method: 'attest_jwt_client_auth',
        clientId,
        attestation,
        pop: await createAttestationPop(shown),
      }
    },
  }
  return {
    issuerFlags: [
      `--clients=${JSON.stringify([client])}`,
      `--walletAttesterKeys=${providers}`,
      `--keyAttesterKeys=${providers}`,
      '--refreshTokenTtlSeconds=86400',
    ],
    nameOf: (method) => NAMES[method],
    present: (method, issuer, challenge) => present[method](method, issuer, challenge),
    attestKeys: ({ keys, nonce }) =>
      createKeyAttestation({ signer: provider, keys, nonce, now: now(), expiresAt: now() + 600 }),
  }
}
