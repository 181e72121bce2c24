/** A root, an issuer below it, and what is asked about their chains. */
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  type CertificateRequest,
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  toX5c,
} from '@countersign/testing/forging/certificates'
import type { Certificate } from '@countersign/x509/certificate'
import { type ChainTrustOptions, chainTrust } from './chain-trust.ts'
import { anchorsFrom, type TrustList, type TrustOccasion, type TrustScope } from './trust-anchor.ts'

export const NOW = 1_780_000_000
export const DAY = 86_400
export const root = makeSigner('P-256', 'root')
export const leafKey = makeSigner('P-256', 'leaf')
export const id = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

export type Changes = Partial<CertificateRequest>

export const makeRoot = (changes: Changes = {}) =>
  makeCertificate({
    subject: 'Root',
    issuer: 'Root',
    key: root.publicJwk,
    signer: root,
    ca: true,
    keyUsage: [KEY_CERT_SIGN],
    subjectKeyId: id('root'),
    ...changes,
  })

export const makeLeaf = (changes: Changes = {}) =>
  makeCertificate({
    subject: 'Issuer of Example',
    issuer: 'Root',
    key: leafKey.publicJwk,
    signer: root,
    keyUsage: [DIGITAL_SIGNATURE],
    authorityKeyId: id('root'),
    ...changes,
  })

export const ISSUER: TrustOccasion = {
  purpose: 'issuer',
  format: 'dc+sd-jwt',
  signerProfile: 'jose',
  type: 'urn:example',
}

export async function judge(
  list: TrustList,
  chain: readonly Certificate[],
  occasion: TrustOccasion = ISSUER,
  now = NOW,
  options: Partial<ChainTrustOptions> = {},
) {
  return chainTrust({ list, crypto: nodeEngine, ...options })(toX5c(...chain), occasion, now)
}

export async function anchored(scope: TrustScope): Promise<TrustList> {
  return anchorsFrom([await makeRoot()], scope)
}
