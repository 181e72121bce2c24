/**
 * Certification path validation (RFC 5280 §6.1) from an `x5c` header to a configured trust anchor, in the narrow shape
 * of HAIP 1.0 §6.1.1: leaf first, leaf not self-signed, anchor left out. What is not understood is refused. Revocation
 * of certificates and what a leaf's key may be used for beyond signing is the caller's business.
 */
import type { CryptoEngine } from '../crypto.ts'
import { fits } from '../jwk.ts'
import { ok, type Result, refuse } from '../result.ts'
import {
  type Certificate,
  type CertificateRefusal,
  isSelfIssued,
  MAX_CHAIN_LENGTH,
  parseX5cEntry,
  sameBytes,
} from './certificate.ts'

export interface ValidPath {
  readonly leaf: Certificate
  readonly anchor: Certificate
  /** base64url AKI of every certificate of the chain. */
  readonly authorityKeyIds: readonly string[]
  /** The moment, in epoch seconds, after which a certificate of the path is no longer valid. */
  readonly notAfter: number
}

/** `position` counts in the chain from the leaf, 0; the anchor follows the last. */
export type PathRefusal =
  | {
      readonly code:
        | 'chain_empty'
        | 'chain_too_long'
        | 'leaf_self_signed'
        | 'anchor_in_chain'
        | 'anchor_unknown'
    }
  | { readonly code: CertificateRefusal['code']; readonly position: number }
  | {
      readonly code:
        | 'certificate_not_yet_valid'
        | 'certificate_expired'
        | 'extension_unknown'
        | 'leaf_key_usage_wrong' // a key usage without digitalSignature
        | 'issuer_not_ca'
        | 'issuer_key_usage_wrong' // a key usage without keyCertSign
        | 'path_length_exceeded'
        | 'name_chain_broken'
        | 'certificate_signature_invalid'
        | 'certificate_algorithm_unsupported'
      readonly position: number
    }

/** `now` in epoch seconds. Costs one signature check for each certificate, more only when anchors share a name. */
export async function validatePath(
  x5c: readonly string[],
  anchors: readonly Certificate[],
  now: number,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<Result<ValidPath, PathRefusal>> {
  const chain = readChain(x5c)
  if (!chain.ok) return chain
  const fault = checkShape(chain.value, anchors) ?? checkCertificates(chain.value, now)
  if (fault !== undefined) return refuse(fault)
  const broken = await checkLinks(chain.value, crypto)
  if (broken !== undefined) return refuse(broken)
  const anchor = await findAnchor(chain.value, anchors, now, crypto)
  return anchor.ok ? ok(describe(chain.value, anchor.value)) : anchor
}

type Chain = readonly [Certificate, ...Certificate[]]

function readChain(x5c: readonly string[]): Result<Chain, PathRefusal> {
  if (x5c.length > MAX_CHAIN_LENGTH) return refuse({ code: 'chain_too_long' })
  const certificates: Certificate[] = []
  for (const [position, entry] of x5c.entries()) {
    const parsed = parseX5cEntry(entry)
    if (!parsed.ok) return refuse({ code: parsed.error.code, position })
    certificates.push(parsed.value)
  }
  const [leaf, ...others] = certificates
  return leaf === undefined ? refuse({ code: 'chain_empty' }) : ok([leaf, ...others])
}

function checkShape(chain: Chain, anchors: readonly Certificate[]): PathRefusal | undefined {
  if (isSelfIssued(chain[0])) return { code: 'leaf_self_signed' }
  const included = chain.some((entry) => anchors.some((anchor) => sameBytes(anchor.der, entry.der)))
  return included ? { code: 'anchor_in_chain' } : undefined
}

/** What each certificate says of itself: time, unknown extensions and permission for its place in the path. */
function checkCertificates(chain: Chain, now: number): PathRefusal | undefined {
  for (const [position, certificate] of chain.entries()) {
    const fault =
      checkOne(certificate, position, now) ??
      (position === 0 ? checkLeaf(certificate) : checkIssuer(certificate, position, chain))
    if (fault !== undefined) return fault
  }
  return undefined
}

function checkOne(certificate: Certificate, position: number, now: number): PathRefusal | undefined {
  if (now < certificate.notBefore) return { code: 'certificate_not_yet_valid', position }
  if (now > certificate.notAfter) return { code: 'certificate_expired', position }
  return certificate.unknownCritical.length > 0 ? { code: 'extension_unknown', position } : undefined
}

function checkLeaf({ keyUsage }: Certificate): PathRefusal | undefined {
  const allowed = keyUsage === undefined || keyUsage.includes('digitalSignature')
  return allowed ? undefined : { code: 'leaf_key_usage_wrong', position: 0 }
}

/** RFC 5280 §6.1.4 (k) to (n): whoever issues is a CA, may sign certificates and has room for those below. */
function checkIssuer(issuer: Certificate, position: number, chain: Chain): PathRefusal | undefined {
  if (!issuer.isCa) return { code: 'issuer_not_ca', position }
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.includes('keyCertSign')) {
    return { code: 'issuer_key_usage_wrong', position }
  }
  // §4.2.1.9: the leaf does not count, nor does a CA's certificate for its own new key.
  const between = chain.slice(1, position).filter((entry) => !isSelfIssued(entry)).length
  return issuer.pathLength !== undefined && between > issuer.pathLength
    ? { code: 'path_length_exceeded', position }
    : undefined
}

async function checkLinks(
  chain: Chain,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<PathRefusal | undefined> {
  for (const [position, certificate] of chain.entries()) {
    const issuer = chain[position + 1]
    if (issuer === undefined) continue
    if (!sameBytes(certificate.issuer.der, issuer.subject.der)) return { code: 'name_chain_broken', position }
    const fault = await checkSignature(certificate, issuer, position, crypto)
    if (fault !== undefined) return fault
  }
  return undefined
}

async function checkSignature(
  certificate: Certificate,
  issuer: Certificate,
  position: number,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<PathRefusal | undefined> {
  const { signature, tbs } = certificate
  if (signature === undefined || !fits(signature.algorithm, issuer.publicKey)) {
    return { code: 'certificate_algorithm_unsupported', position }
  }
  const valid = await crypto.verify(signature.algorithm, issuer.publicKey, tbs, signature.value)
  return valid ? undefined : { code: 'certificate_signature_invalid', position }
}

/** Anchors may share a name over a change of keys: the first that holds wins, the last refusal explains. */
async function findAnchor(
  chain: Chain,
  anchors: readonly Certificate[],
  now: number,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<Result<Certificate, PathRefusal>> {
  const last = chain.at(-1) ?? chain[0]
  let fault: PathRefusal = { code: 'anchor_unknown' }
  for (const anchor of anchors) {
    if (!mayHaveIssued(anchor, last)) continue
    const objection =
      checkOne(anchor, chain.length, now) ??
      checkIssuer(anchor, chain.length, chain) ??
      (await checkSignature(last, anchor, chain.length - 1, crypto))
    if (objection === undefined) return ok(anchor)
    fault = objection
  }
  return refuse(fault)
}

/** Key identifiers only help to choose among anchors; they are no proof (RFC 5280 §4.2.1.1). */
function mayHaveIssued(anchor: Certificate, certificate: Certificate): boolean {
  if (!sameBytes(anchor.subject.der, certificate.issuer.der)) return false
  const { authorityKeyId } = certificate
  return (
    authorityKeyId === undefined ||
    anchor.subjectKeyId === undefined ||
    authorityKeyId === anchor.subjectKeyId
  )
}

function describe(chain: Chain, anchor: Certificate): ValidPath {
  const authorityKeyIds = new Set<string>()
  for (const { authorityKeyId } of chain)
    if (authorityKeyId !== undefined) authorityKeyIds.add(authorityKeyId)
  return {
    leaf: chain[0],
    anchor,
    authorityKeyIds: [...authorityKeyIds],
    notAfter: Math.min(...chain.map((entry) => entry.notAfter), anchor.notAfter),
  }
}
