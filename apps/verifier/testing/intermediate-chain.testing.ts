/** A root, an authority below it, and an issuer below that: chains with a certificate in between. */
import type { Signer } from '@countersign/crypto/engine'
import {
  CRL_SIGN,
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  toX5c,
} from '@countersign/testing/forging/certificates'
import { newKey } from '@countersign/testing/people/keys'
import type { Certificate } from '@countersign/x509/certificate'

export interface IntermediateChain {
  readonly root: Certificate
  readonly between: Certificate
  /** Under the one in between; its chain is whole. */
  readonly signer: Signer
  /** Under the root itself, for a time that is over. */
  readonly expired: Signer
}

const id = (text: string) => new TextEncoder().encode(text)
const YEAR = 365 * 86_400

export async function chainBelow(subject: string, now: number): Promise<IntermediateChain> {
  const [rootKey, betweenKey, key, oldKey] = [newKey(), newKey(), newKey(), newKey()]
  const period = { notBefore: now - YEAR, notAfter: now + YEAR }
  const ofAuthority = { ...period, ca: true, keyUsage: [KEY_CERT_SIGN, CRL_SIGN] }
  const belowRoot = { issuer: subject, signer: rootKey, authorityKeyId: id('root') }
  const root = await makeCertificate({
    ...ofAuthority,
    ...belowRoot,
    subject,
    key: rootKey.publicJwk,
    subjectKeyId: id('root'),
  })
  const between = await makeCertificate({
    ...ofAuthority,
    ...belowRoot,
    subject: `${subject}, and below`,
    key: betweenKey.publicJwk,
    subjectKeyId: id('between'),
  })
  const leaf = await makeCertificate({
    ...period,
    subject: 'Issuer below',
    issuer: `${subject}, and below`,
    signer: betweenKey,
    key: key.publicJwk,
    keyUsage: [DIGITAL_SIGNATURE],
    authorityKeyId: id('between'),
  })
  const old = await makeCertificate({
    ...belowRoot,
    subject: 'Issuer of before',
    key: oldKey.publicJwk,
    keyUsage: [DIGITAL_SIGNATURE],
    notBefore: now - YEAR,
    notAfter: now - 3600,
  })
  return {
    root,
    between,
    signer: { ...key, x5c: toX5c(leaf, between) },
    expired: { ...oldKey, x5c: toX5c(old) },
  }
}
