/**
 * Makes X.509 v3 certificates (RFC 5280) for development: a CA of our own and the certificates it signs, P-256 with
 * ECDSA-SHA-256. Each certificate carries what strict path validation asks for: key identifiers, basic constraints,
 * key usage, and never a CA flag on a leaf. Certificates of a production deployment come from its own CA;
 * nothing here decides whom to trust.
 */
import { createPrivateKey, sign } from 'node:crypto'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { Der } from '@countersign/x509/asn1/der-writer'
import { hostConstraints, subjectAlternativeNames } from '@countersign/x509/make/alternative-names'
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

/** A CA that names one host and no other, and the root that vouches for it, which is what people install. */
export interface HostCa extends DevelopmentCa {
  /** Self-signed; standard base64 DER. */
  readonly root: string
}

const HOST_CA_DAYS = 730
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1'

/**
 * The key of the root is forgotten when this returns, so nobody signs with it again. What signs stands below it, because readers
 * need not heed what a root says of itself (RFC 5280 §6.1.1) and all heed what is said of a CA on the way.
 */
export function createHostCa({ host, now }: { readonly host: string; readonly now: number }): HostCa {
  const rootKey = generateSoftwareKey('ES256')
  const privateJwk = generateSoftwareKey('ES256')
  const rootName = fitting(`Countersign at ${host}`)
  const name = fitting(`Countersign signer at ${host}`)
  const expiresAt = now + HOST_CA_DAYS * DAY_SECONDS
  const common = { issuer: developmentName(rootName), notBefore: now - BACKDATE_SECONDS, notAfter: expiresAt }
  const extensions = (publicJwk: PublicJwk, pathLength: number) => [
    caConstraints(pathLength),
    keyUsage(KEY_USAGE.keyCertSign, KEY_USAGE.crlSign),
    subjectKeyIdentifier(keyIdentifier(publicJwk)),
    authorityKeyIdentifier(keyIdentifier(rootKey)),
    hostConstraints(host),
    ...extendedKeyUsage([SERVER_AUTHENTICATION]),
  ]
  const certify = (subject: string, publicJwk: PublicJwk, pathLength: number) =>
    signWithSoftwareKey(
      {
        ...common,
        subject: developmentName(subject),
        publicJwk,
        extensions: extensions(publicJwk, pathLength),
      },
      rootKey,
    )
  const root = certify(rootName, rootKey, 1)
  return { name, privateJwk, certificate: certify(name, privateJwk, 0), expiresAt, root }
}

/** Of a common name (RFC 5280 appendix A.1). */
const MAX_NAME = 64

function fitting(name: string): string {
  return name.slice(0, MAX_NAME)
}

const SERVER_DAYS = 30

/** For https under the CA's own host. Standard base64 DER. */
export function issueServerCertificate(
  ca: HostCa,
  wish: { readonly host: string; readonly publicJwk: PublicJwk; readonly now: number },
): string {
  const { host, publicJwk, now } = wish
  return issueCertificate({
    ca,
    publicJwk,
    // One that reads like a host would be held to the constraints on names of DNS.
    subject: 'Countersign development server',
    dnsNames: [host],
    uris: [],
    days: SERVER_DAYS,
    now,
    extKeyUsage: [SERVER_AUTHENTICATION],
  })
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
