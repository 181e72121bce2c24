/**
 * What a development deployment makes for itself: a CA, keys, and certificates for them. Each is made once and kept
 * sealed, so all instances sign with the same key under the same certificate bytes; before one expires, its next
 * generation takes over while the earlier stays trusted. Production never comes here.
 */
import { hash } from 'node:crypto'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { isDocumentSignerKey, makeDocumentSigner, makeIaca } from '@countersign/x509/make/iso-mdl'
import { certificatePem } from '@countersign/x509/pem'
import { nodeCrypto } from '../engines/node.ts'
import {
  generateSoftwareKey,
  keyThumbprint,
  type PrivateJwk,
  parsePrivateKey,
  softwareSigner,
} from '../signers/software-key.ts'
import { createDevelopmentCa, type DevelopmentCa, issueCertificate } from './development-certificate.ts'
import type { RecordRefusal, SealedRecords } from './identity-records.ts'

export interface DevelopmentCas {
  readonly active: DevelopmentCa
  /** Epoch seconds: from then on the next generation is the active one. */
  readonly renewAt: number
  /** Every generation that has not expired; standard base64 DER. */
  readonly anchors: readonly string[]
}

const DAY_SECONDS = 86_400
const CERTIFICATE_DAYS = 825
const CERTIFICATE_MARGIN_SECONDS = 30 * DAY_SECONDS

/** More than the margin of a certificate, so that a new certificate is never about to expire with its CA. */
const CA_MARGIN_SECONDS = 60 * DAY_SECONDS

/** A record for every two years: whoever passes this many has a clock that is wrong by centuries. */
export const MAX_GENERATIONS = 100

/** `record`: what its generations are kept as; that of the authority which vouches for all services when absent. */
export async function openDevelopmentCas(
  records: SealedRecords,
  name: string,
  now: number,
  record = 'development-ca',
): Promise<Result<DevelopmentCas, RecordRefusal>> {
  const anchors: string[] = []
  for (let generation = 1; generation <= MAX_GENERATIONS; generation++) {
    const kept = await records.keep(
      `${record}.${generation}`,
      () => createDevelopmentCa({ name, now }),
      readCa,
    )
    if (!kept.ok) return kept
    if (kept.value.expiresAt > now) anchors.push(kept.value.certificate)
    const renewAt = kept.value.expiresAt - CA_MARGIN_SECONDS
    if (now < renewAt) return ok({ active: kept.value, renewAt, anchors })
  }
  throw new Error('no generation of the development CA is valid now')
}

export function keptKey(records: SealedRecords, purpose: string): Promise<Result<PrivateJwk, RecordRefusal>> {
  return records.keep(`${purpose}-key`, () => generateSoftwareKey('ES256'), readKey)
}

export interface CertificateWish {
  readonly purpose: string
  readonly publicJwk: PublicJwk
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
}

interface KeptCertificate {
  readonly certificate: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** One certificate for each key and set of names: changed names get another, for the same key. */
export async function keptCertificate(
  records: SealedRecords,
  ca: DevelopmentCa,
  wish: CertificateWish,
  now: number,
): Promise<Result<string, RecordRefusal>> {
  const names = JSON.stringify([keyThumbprint(wish.publicJwk), wish.dnsNames, wish.uris])
  const base = `${wish.purpose}-certificate.${hash('sha256', names, 'hex').slice(0, 24)}`
  for (let generation = 1; generation <= MAX_GENERATIONS; generation++) {
    const kept = await records.keep(
      `${base}.${generation}`,
      () => makeCertificate(ca, wish, now),
      readCertificate,
    )
    if (!kept.ok) return kept
    if (kept.value.expiresAt - now > CERTIFICATE_MARGIN_SECONDS) return ok(kept.value.certificate)
  }
  throw new Error('no generation of the certificate is valid now')
}

/** As whom people see them on a consent page, by the purpose of the key. */
const SHOWN_SUBJECTS: Readonly<Record<string, string>> = {
  'verifier-request': 'Countersign verifier',
  'credential-issuer': 'Countersign issuer',
  'wallet-provider': 'Countersign wallet provider',
}

function makeCertificate(ca: DevelopmentCa, wish: CertificateWish, now: number): KeptCertificate {
  const { publicJwk, dnsNames, uris } = wish
  const subject = SHOWN_SUBJECTS[wish.purpose] ?? `Countersign ${wish.purpose}`
  const certificate = issueCertificate({
    ca,
    publicJwk,
    subject,
    dnsNames,
    uris,
    days: CERTIFICATE_DAYS,
    now,
  })
  return { certificate, expiresAt: Math.min(now + CERTIFICATE_DAYS * DAY_SECONDS, ca.expiresAt) }
}

function readKey(json: unknown): PrivateJwk | undefined {
  const key = parsePrivateKey(json)
  return key.ok ? key.value : undefined
}

export function readCa(json: unknown): DevelopmentCa | undefined {
  const { name, privateJwk, certificate, expiresAt } = fields(json)
  const key = readKey(privateJwk)
  const complete =
    typeof name === 'string' && typeof certificate === 'string' && typeof expiresAt === 'number'
  return key && complete ? { name, privateJwk: key, certificate, expiresAt } : undefined
}

function readCertificate(json: unknown): KeptCertificate | undefined {
  const { certificate, expiresAt } = fields(json)
  const complete = typeof certificate === 'string' && typeof expiresAt === 'number'
  return complete ? { certificate, expiresAt } : undefined
}

function fields(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? { ...json } : {}
}

/** Notes that the deployment signs under this name as well: with a key that somebody brought along. */
export async function rememberName(
  records: SealedRecords,
  name: string,
): Promise<Result<string, RecordRefusal>> {
  return records.keep(
    recordOfName(name),
    () => name,
    (json) => (json === name ? name : undefined),
  )
}

export function remembersName(records: SealedRecords, name: string): Promise<boolean> {
  return records.has(recordOfName(name))
}

function recordOfName(name: string): string {
  return `callers-name.${hash('sha256', name, 'hex').slice(0, 32)}`
}

export interface DevelopmentIaca {
  readonly key: Signer
  readonly certificatePem: string
  /** Standard base64 DER. */
  readonly certificate: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

export interface DevelopmentIacas {
  readonly active: DevelopmentIaca
  /** Epoch seconds: from then on the next generation is the active one. */
  readonly renewAt: number
  /** Every generation that has not expired; standard base64 DER. */
  readonly anchors: readonly string[]
}

/** Utopia, the country of the examples in ISO/IEC 18013-5: nobody issues for it. */
const DEVELOPMENT_COUNTRY = 'UT'

/**
 * Roots for document signers of mdocs, made like the development CA. There is no list of revoked certificates in
 * development, which is the one fault that verifiers have to put up with (`crl_distribution_point_missing`).
 */
export async function openDevelopmentIacas(
  records: SealedRecords,
  name: string,
  now: number,
): Promise<Result<DevelopmentIacas, RecordRefusal>> {
  const anchors: string[] = []
  for (let generation = 1; generation <= MAX_GENERATIONS; generation++) {
    const iaca = await keptIaca(records, generation, name, now)
    if (!iaca.ok) return iaca
    if (iaca.value.expiresAt > now) anchors.push(iaca.value.certificate)
    const renewAt = iaca.value.expiresAt - IACA_MARGIN_SECONDS
    if (now < renewAt) return ok({ active: iaca.value, renewAt, anchors })
  }
  throw new Error('no generation of the development IACA is valid now')
}

/** More than a document signer lasts: no document signer is cut short by its root. */
const IACA_MARGIN_SECONDS = 500 * DAY_SECONDS

async function keptIaca(
  records: SealedRecords,
  generation: number,
  name: string,
  now: number,
): Promise<Result<DevelopmentIaca, RecordRefusal>> {
  const record = `development-iaca.${generation}`
  const privateJwk = await keptKey(records, record)
  if (!privateJwk.ok) return privateJwk
  const key = softwareSigner(privateJwk.value)
  const make = () =>
    makeIaca(
      {
        country: DEVELOPMENT_COUNTRY,
        organizationName: 'Countersign',
        commonName: name,
        issuerAlternativeName: { uri: 'https://localhost' },
        key,
        now,
      },
      nodeCrypto,
    )
  const kept = await keepMade(records, record, make)
  if (!kept.ok) return kept
  const { certificate, expiresAt } = kept.value
  return ok({ key, certificate, certificatePem: certificatePem(certificate), expiresAt })
}

/**
 * The certificate of a document signer's key, standard base64 DER; the next generation a month before it ends. Refuses a
 * key that no document signer may have: callers bring theirs along.
 */
export async function keptDocumentSigner(
  records: SealedRecords,
  iaca: DevelopmentIaca,
  publicJwk: PublicJwk,
  now: number,
): Promise<Result<string, RecordRefusal | { readonly code: 'key_unsupported' }>> {
  if (!isDocumentSignerKey(publicJwk)) return refuse({ code: 'key_unsupported' })
  const make = () =>
    makeDocumentSigner(
      {
        iacaKey: iaca.key,
        iacaPem: iaca.certificatePem,
        country: DEVELOPMENT_COUNTRY,
        organizationName: 'Countersign',
        commonName: 'Countersign document signer',
        publicJwk,
        now,
      },
      nodeCrypto,
    )
  const base = `document-signer-certificate.${keyThumbprint(publicJwk).slice(0, 24)}`
  for (let generation = 1; generation <= MAX_GENERATIONS; generation++) {
    const kept = await keepMade(records, `${base}.${generation}`, make)
    if (!kept.ok) return kept
    if (kept.value.expiresAt - now > CERTIFICATE_MARGIN_SECONDS) return ok(kept.value.certificate)
  }
  throw new Error('no generation of the document signer is valid now')
}

function keepMade(
  records: SealedRecords,
  record: string,
  make: () => ReturnType<typeof makeIaca>,
): Promise<Result<KeptCertificate, RecordRefusal>> {
  const makeRecord = async (): Promise<KeptCertificate> => {
    const made = await make()
    if (!made.ok) throw new Error(`a development certificate cannot be made: ${made.error.code}`)
    const { certificate, parsed } = made.value
    return { certificate, expiresAt: parsed.notAfter }
  }
  return records.keep(record, makeRecord, readCertificate)
}
