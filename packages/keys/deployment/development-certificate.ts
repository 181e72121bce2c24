/**
 * Makes X.509 v3 certificates (RFC 5280) for development: a CA of our own and the certificates it signs, P-256 with
 * ECDSA-SHA-256. Each certificate carries what strict path validation asks for: key identifiers, basic constraints,
 * key usage, and never a CA flag on a leaf. Certificates of a production deployment come from its own CA;
 * nothing here decides whom to trust.
 */
import { createPrivateKey, sign } from 'node:crypto'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { Der } from '@countersign/x509/asn1/der-writer'
import { subjectAlternativeNames } from '@countersign/x509/make/alternative-names'
import {
  assembleCertificate,
  BACKDATE_SECONDS,
  type CertificateFacts,
  distinguishedName,
  toBeSigned,
} from '@countersign/x509/make/certificate-encoding'
import {
  authorityKeyIdentifier,
  caConstraints,
  extendedKeyUsage,
  KEY_USAGE,
  keyUsage,
  leafConstraints,
  subjectKeyIdentifier,
} from '@countersign/x509/make/extension-writer'
import { leftmost160Bits, subjectPublicKey } from '@countersign/x509/make/subject-public-key'
import { nodeCrypto } from '../engines/node.ts'
import { generateSoftwareKey, type PrivateJwk } from '../signers/software-key.ts'

export interface DevelopmentCa {
  /** Common name of the subject. */
  readonly name: string
  readonly privateJwk: PrivateJwk
  /** Self-signed; standard base64 DER. */
  readonly certificate: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

export interface CertificateRequest {
  readonly ca: DevelopmentCa
  readonly publicJwk: PublicJwk
  /** Common name, 1 to 64 characters. */
  readonly subject: string
  /** Host names for the subject alternative name; an IP address becomes an `iPAddress`. */
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  readonly days: number
  /** Epoch seconds. */
  readonly now: number
  /** Object identifiers, dotted. */
  readonly extKeyUsage?: readonly string[] | undefined
}

const DAY_SECONDS = 86_400
const CA_DAYS = 3650

export function createDevelopmentCa({ name, now }: { name: string; now: number }): DevelopmentCa {
  const privateJwk = generateSoftwareKey('ES256')
  const expiresAt = now + CA_DAYS * DAY_SECONDS
  const keyId = keyIdentifier(privateJwk)
  const certificate = signWithSoftwareKey(
    {
      issuer: developmentName(name),
      subject: developmentName(name),
      publicJwk: privateJwk,
      notBefore: now - BACKDATE_SECONDS,
      notAfter: expiresAt,
      extensions: [
        caConstraints(0),
        keyUsage(KEY_USAGE.keyCertSign, KEY_USAGE.crlSign),
        subjectKeyIdentifier(keyId),
        authorityKeyIdentifier(keyId),
      ],
    },
    privateJwk,
  )
  return { name, privateJwk, certificate, expiresAt }
}

/** Standard base64 DER. It never outlives its CA. Throws for names that cannot stand in a certificate. */
export function issueCertificate(request: CertificateRequest): string {
  const { ca, publicJwk, now } = request
  const facts = {
    issuer: developmentName(ca.name),
    subject: developmentName(request.subject),
    publicJwk,
    notBefore: now - BACKDATE_SECONDS,
    notAfter: Math.min(now + request.days * DAY_SECONDS, ca.expiresAt),
    extensions: leafExtensions(request),
  }
  return signWithSoftwareKey(facts, ca.privateJwk)
}

function leafExtensions(request: CertificateRequest): readonly Der[] {
  const { ca, publicJwk, extKeyUsage = [] } = request
  return [
    leafConstraints(),
    keyUsage(KEY_USAGE.digitalSignature),
    subjectKeyIdentifier(keyIdentifier(publicJwk)),
    authorityKeyIdentifier(keyIdentifier(ca.privateJwk)),
    ...subjectAlternativeNames(request.dnsNames, request.uris),
    ...extendedKeyUsage(extKeyUsage),
  ]
}

function signWithSoftwareKey(facts: CertificateFacts, signingKey: PrivateJwk): string {
  const tbs = toBeSigned(facts, 'ES256', nodeCrypto)
  const key = createPrivateKey({ key: { ...signingKey }, format: 'jwk' })
  return Buffer.from(assembleCertificate(tbs, 'ES256', sign('sha256', tbs, key))).toString('base64')
}

function keyIdentifier(jwk: PublicJwk): Uint8Array {
  return leftmost160Bits(nodeCrypto.digest('sha-256', subjectPublicKey(jwk)))
}

function developmentName(commonName: string): Der {
  return distinguishedName({ organization: 'Countersign', commonName })
}
