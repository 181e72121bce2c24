/**
 * Certification path validation (RFC 5280 §6.1) from an `x5c` header to a configured trust anchor, in the narrow shape
 * of HAIP 1.0 §6.1.1: leaf first, leaf not self-signed, anchor left out. What is not understood is refused, a CA that
 * demands policies included. Revocation of certificates is the caller's business, and so is what a profile asks for
 * beyond a purpose.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import {
  type Certificate,
  type CertificateRefusal,
  isSelfIssued,
  MAX_CHAIN_LENGTH,
  parseX5cEntry,
  sameBytes,
} from './certificate.ts'
import { findSignatureFault, type SignatureFault } from './certificate-signature.ts'
import { sameName } from './distinguished-name.ts'
import { violatesNameConstraints } from './name-constraints.ts'

export interface PathRules {
  /** Object identifiers of which the leaf lists one; a CA that restricts its purposes lists one, too. */
  readonly extendedKeyUsage?: readonly string[] | undefined
  /** A chain may reach up to its anchor: what begins there is left out. Refused when absent, as HAIP does. */
  readonly acceptAnchorInChain?: boolean
}

export interface ValidPath {
  readonly leaf: Certificate
  readonly anchor: Certificate
  /** CAs between leaf and anchor. */
  readonly intermediates: readonly Certificate[]
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
        | 'extended_key_usage_wrong'
        | 'name_not_permitted' // by the name constraints of a CA above
        | 'issuer_not_ca'
        | 'issuer_key_usage_wrong' // a key usage without keyCertSign
        | 'path_length_exceeded'
        | 'name_chain_broken'
        | SignatureFault
      readonly position: number
    }

/** `now` in epoch seconds. Costs one signature check for each certificate, more only when anchors share a name. */
export async function validatePath(
  x5c: readonly string[],
  anchors: readonly Certificate[],
  now: number,
  crypto: Pick<CryptoEngine, 'verify'>,
  rules: PathRules = {},
): Promise<Result<ValidPath, PathRefusal>> {
  const read = readChain(x5c)
  if (!read.ok) return read
  const chain = rules.acceptAnchorInChain ? withoutAnchor(read.value, anchors) : read.value
  const fault = checkShape(chain, anchors) ?? checkCertificates(chain, now, rules)
  if (fault !== undefined) return refuse(fault)
  const broken = await checkLinks(chain, crypto)
  if (broken !== undefined) return refuse(broken)
  const anchor = await findAnchor(chain, anchors, now, crypto, rules)
  if (!anchor.ok) return anchor
  // Names last: they cost most, and only a path that leads somewhere is worth it.
  const misnamed = checkNames([...chain, anchor.value])
  return misnamed === undefined ? ok(describe(chain, anchor.value)) : refuse(misnamed)
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

function withoutAnchor(chain: Chain, anchors: readonly Certificate[]): Chain {
  const [leaf, ...others] = chain
  const at = others.findIndex((entry) => anchors.some((anchor) => sameBytes(anchor.der, entry.der)))
  return at === -1 ? chain : [leaf, ...others.slice(0, at)]
}

function checkShape(chain: Chain, anchors: readonly Certificate[]): PathRefusal | undefined {
  if (isSelfIssued(chain[0])) return { code: 'leaf_self_signed' }
  const included = chain.some((entry) => anchors.some((anchor) => sameBytes(anchor.der, entry.der)))
  return included ? { code: 'anchor_in_chain' } : undefined
}

/** What each certificate says of itself: time, unknown extensions and permission for its place in the path. */
function checkCertificates(chain: Chain, now: number, rules: PathRules): PathRefusal | undefined {
  for (const [position, certificate] of chain.entries()) {
    const fault =
      checkOne(certificate, position, now) ??
      (position === 0 ? checkLeaf(certificate, rules) : checkIssuer(certificate, position, chain, rules))
    if (fault !== undefined) return fault
  }
  return undefined
}

function checkOne(certificate: Certificate, position: number, now: number): PathRefusal | undefined {
  if (now < certificate.notBefore) return { code: 'certificate_not_yet_valid', position }
  if (now > certificate.notAfter) return { code: 'certificate_expired', position }
  return certificate.unknownCritical.length > 0 ? { code: 'extension_unknown', position } : undefined
}

function checkLeaf({ keyUsage, extendedKeyUsage }: Certificate, rules: PathRules): PathRefusal | undefined {
  if (keyUsage !== undefined && !keyUsage.includes('digitalSignature')) {
    return { code: 'leaf_key_usage_wrong', position: 0 }
  }
  const wanted = rules.extendedKeyUsage
  if (wanted === undefined || extendedKeyUsage?.some((purpose) => wanted.includes(purpose))) return undefined
  return { code: 'extended_key_usage_wrong', position: 0 }
}

const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0'

/** A CA that is made for some purposes vouches for no others, as everybody reads it who reads it at all. */
function mayVouchFor(purposes: readonly string[] | undefined, { extendedKeyUsage }: PathRules): boolean {
  if (purposes === undefined || extendedKeyUsage === undefined) return true
  return purposes.includes(ANY_EXTENDED_KEY_USAGE) || purposes.some((one) => extendedKeyUsage.includes(one))
}

export interface AnchorFault {
  readonly code: 'extension_unknown' | 'issuer_not_ca' | 'issuer_key_usage_wrong'
  /** Object identifiers of the critical extensions that are not known. */
  readonly extension?: string | undefined
}

/** Why no path ever leads to this anchor, whatever the time and the leaf: for those who configure it. */
export function findAnchorFault(anchor: Certificate): AnchorFault | undefined {
  const { isCa, unknownCritical } = anchor
  if (unknownCritical.length > 0) return { code: 'extension_unknown', extension: unknownCritical.join(', ') }
  if (!isCa) return { code: 'issuer_not_ca' }
  return maySignCertificates(anchor) ? undefined : { code: 'issuer_key_usage_wrong' }
}

function maySignCertificates({ keyUsage }: Certificate): boolean {
  return keyUsage === undefined || keyUsage.includes('keyCertSign')
}

/** RFC 5280 §6.1.4 (k) to (n): whoever issues is a CA, may sign certificates and has room for those below. */
function checkIssuer(
  issuer: Certificate,
  position: number,
  chain: Chain,
  rules: PathRules,
): PathRefusal | undefined {
  if (!issuer.isCa) return { code: 'issuer_not_ca', position }
  if (!maySignCertificates(issuer)) return { code: 'issuer_key_usage_wrong', position }
  if (!mayVouchFor(issuer.extendedKeyUsage, rules)) return { code: 'extended_key_usage_wrong', position }
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
    if (!sameName(certificate.issuer, issuer.subject)) return { code: 'name_chain_broken', position }
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
  const code = await findSignatureFault(certificate, issuer.publicKey, crypto)
  return code && { code, position }
}

/** Anchors may share a name over a change of keys: the first that holds wins, the last refusal explains. */
async function findAnchor(
  chain: Chain,
  anchors: readonly Certificate[],
  now: number,
  crypto: Pick<CryptoEngine, 'verify'>,
  rules: PathRules,
): Promise<Result<Certificate, PathRefusal>> {
  const last = chain.at(-1) ?? chain[0]
  let fault: PathRefusal = { code: 'anchor_unknown' }
  for (const anchor of anchors) {
    if (!mayHaveIssued(anchor, last)) continue
    const objection =
      checkOne(anchor, chain.length, now) ??
      checkIssuer(anchor, chain.length, chain, rules) ??
      (await checkSignature(last, anchor, chain.length - 1, crypto))
    if (objection === undefined) return ok(anchor)
    fault = objection
  }
  return refuse(fault)
}

/** Key identifiers only help to choose among anchors; they are no proof (RFC 5280 §4.2.1.1). */
export function mayHaveIssued(anchor: Certificate, certificate: Certificate): boolean {
  if (!sameName(anchor.subject, certificate.issuer)) return false
  const { authorityKeyId } = certificate
  return (
    authorityKeyId === undefined ||
    anchor.subjectKeyId === undefined ||
    authorityKeyId === anchor.subjectKeyId
  )
}

/** §6.1.3 (b), (c): a CA's certificate for its own new key stays out of its own constraints, a leaf never does. */
function checkNames(path: readonly Certificate[]): PathRefusal | undefined {
  for (const [position, certificate] of path.entries()) {
    if (position > 0 && isSelfIssued(certificate)) continue
    const violated = path
      .slice(position + 1)
      .some(
        ({ nameConstraints }) =>
          nameConstraints !== undefined &&
          violatesNameConstraints(nameConstraints, certificate.subject, certificate.subjectAlternativeNames),
      )
    if (violated) return { code: 'name_not_permitted', position }
  }
  return undefined
}

function describe(chain: Chain, anchor: Certificate): ValidPath {
  const authorityKeyIds = new Set<string>()
  for (const { authorityKeyId } of chain)
    if (authorityKeyId !== undefined) authorityKeyIds.add(authorityKeyId)
  return {
    leaf: chain[0],
    anchor,
    intermediates: chain.slice(1),
    authorityKeyIds: [...authorityKeyIds],
    notAfter: Math.min(...chain.map((entry) => entry.notAfter), anchor.notAfter),
  }
}
