/** What a verifier shows of itself to go by every client identifier prefix, and what a wallet is told to believe it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signJws } from '@countersign/crypto/jose/jws'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import type { KnownVerifiers } from '@countersign/testing/client/browser-wallet'
import { newAuthority } from '@countersign/testing/people/authority'
import { now } from '@countersign/testing/people/keys'

/** By which it was registered. */
export const REGISTERED = 'the-shop'
export const ATTESTED = 'shop.example'

export interface VerifierMeans {
  /** Of a wallet that was told of it beforehand. */
  readonly known: KnownVerifiers
  readonly keyFile: string
  /** Of a verifier that can go by every prefix. */
  readonly verifierFlags: readonly string[]
  /** Of a wallet that knows who it is under each, and whoever else is named. */
  walletFlags(others?: readonly object[]): readonly string[]
}

/** A key, and what somebody says of it whom the wallet believes. */
export async function makeVerifierMeans(folder: string): Promise<VerifierMeans> {
  const privateKey = generateSoftwareKey('ES256')
  const { publicJwk } = softwareSigner(privateKey)
  const authority = newAuthority('Attester CA')
  const attester = authority.vouchFor({ name: 'The attester' })
  const header = { typ: 'verifier-attestation+jwt', x5c: attester.x5c ?? [] }
  const { crv, kty, x, y } = publicJwk as Extract<PublicJwk, { kty: 'EC' }>
  const claims = {
    iss: 'https://attester.example',
    sub: ATTESTED,
    // Longer than the longest test.
    exp: now() + 86_400,
    cnf: { jwk: { crv, kty, x, y } },
  }
  const [keyFile = '', attestation = '', attesters = ''] = [
    'key.json',
    'attestation.jwt',
    'attesters.pem',
  ].map((name) => join(folder, name))
  await writeFile(keyFile, JSON.stringify(privateKey), { mode: 0o600 })
  await writeFile(attestation, await signJws(header, claims, attester))
  const pem = `-----BEGIN CERTIFICATE-----\n${authority.certificate}\n-----END CERTIFICATE-----\n`
  await writeFile(attesters, pem)
  const key = bareKey(publicJwk)
  const registered = { clientId: REGISTERED, name: 'The registered shop', keys: [key] }
  const known = [
    registered,
    { clientId: `decentralized_identifier:${didFromKey('jwk', key)}`, name: 'The shop with a DID' },
  ]
  return {
    known: new Map([[REGISTERED, { name: registered.name, anchor: 'the test', keys: [key] }]]),
    keyFile,
    verifierFlags: [
      `--requestSigningKeyFile=${keyFile}`,
      `--registeredClientId=${REGISTERED}`,
      `--verifierAttestationFile=${attestation}`,
    ],
    walletFlags: (others = []) => [
      `--trustedVerifiers=${JSON.stringify([...known, ...others])}`,
      `--trustedVerifierAttestersFile=${attesters}`,
    ],
  }
}
