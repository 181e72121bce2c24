/** An issuer and a holder with software keys, for the tests against other people's implementations. */
import type { JsonWebKey } from 'node:crypto'
import { ok } from '@countersign/core/result'
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import type { Signer } from '@countersign/crypto/engine'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import { newAuthority } from '@countersign/testing/people/authority'

export interface Person {
  readonly jwk: PrivateJwk
  readonly signer: Signer
}

export const now = Math.floor(Date.now() / 1000)

export function newPerson(algorithm: 'ES256' | 'ES384' | 'EdDSA' = 'ES256'): Person {
  const jwk = generateSoftwareKey(algorithm)
  return { jwk, signer: softwareSigner(jwk) }
}

const authority = newAuthority('Interop CA', now)

/** With a certificate, as credentials carry it. */
export function newIssuer(): Person {
  const { jwk } = newPerson()
  return { jwk, signer: authority.vouchFor({ name: 'Interop issuer', jwk }) }
}

/** Believes one key, whatever vouches for it: trust is not what these tests are about. */
export function trustIn({ signer }: Person): IssuerTrust {
  return () => ok({ key: signer.publicJwk, anchor: 'the other side' })
}

/** Public members, as libraries take them. */
export function publicJwk({ signer }: Person): JsonWebKey {
  return { ...signer.publicJwk }
}
