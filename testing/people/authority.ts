/** A certificate authority of a test's own, whom it vouches for, and the trust of those who believe it. */
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import type { Signer } from '@countersign/crypto/engine'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import { now } from './keys.ts'

export interface Subject {
  readonly name?: string
  readonly dnsNames?: readonly string[]
  /** Default: a new one. */
  readonly jwk?: PrivateJwk
  readonly extKeyUsage?: readonly string[]
}

export interface Authority {
  /** Standard base64 of the DER form. */
  readonly certificate: string
  /** Its own key under its own certificate. */
  readonly signer: Signer
  /** Believes whom it vouches for. */
  readonly trust: IssuerTrust
  /** A signer with a certificate for thirty days. */
  vouchFor(subject?: Subject): Signer
}

export function newAuthority(name: string, issuedAt: number = now()): Authority {
  const ca = createDevelopmentCa({ name, now: issuedAt })
  const anchors = [{ certificate: certificateOf(ca.certificate), name }]
  return {
    certificate: ca.certificate,
    signer: softwareSigner(ca.privateJwk, { x5c: [ca.certificate] }),
    trust: issuerTrust(chainTrust({ list: { anchors, pins: [] }, crypto: nodeCrypto })),
    vouchFor: ({ name: subject = 'Issuer', dnsNames = [], extKeyUsage, jwk } = {}) => {
      const key = jwk ?? generateSoftwareKey('ES256')
      const names = { subject, dnsNames: [...dnsNames], uris: [] }
      const usage = extKeyUsage && { extKeyUsage: [...extKeyUsage] }
      const { publicJwk } = softwareSigner(key)
      const leaf = issueCertificate({ ca, publicJwk, ...names, ...usage, days: 30, now: issuedAt })
      return softwareSigner(key, { x5c: [leaf] })
    },
  }
}

function certificateOf(entry: string): Certificate {
  const parsed = parseX5cEntry(entry)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}
