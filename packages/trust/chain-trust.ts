/**
 * Trust by certificates, whatever was signed: a chain leads to an anchor that counts on this occasion, or its leaf is
 * pinned. A pin relaxes every rule but the periods, for that certificate only. A refusal says which certificate is at
 * fault and, where the anchor is missing, which one that would be. Knows no network.
 */
import { encodeBase64 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { UntrustedDetails } from '@countersign/credential/contract/trust-port'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import {
  findDocumentSignerFaults,
  findIacaFaults,
  isMadeFor,
  type ProfileFault,
} from '@countersign/x509/certificate-profile'
import {
  type PathRefusal,
  type PathRules,
  type ValidPath,
  validatePath,
} from '@countersign/x509/certification-path'
import { usagesFor } from './document-signer-usages.ts'
import { contradictsIssuer, namesIssuer } from './issuer-name.ts'
import {
  findScopeFault,
  nameOf,
  type ScopeFault,
  scopeEnd,
  type TrustedCertificate,
  type TrustList,
  type TrustOccasion,
  type TrustPurpose,
} from './trust-anchor.ts'
import { detailsOf, detailsOfPath } from './untrusted-details.ts'

export interface ChainTrustOptions {
  /** As a function: asked every time, so that lists can be renewed; what was decided by another list is forgotten. */
  readonly list: TrustList | (() => TrustList)
  /** Object identifiers, of which a leaf has to list one; for purposes that are not mentioned none is demanded. */
  readonly extendedKeyUsage?: { readonly [Purpose in TrustPurpose]?: readonly string[] } | undefined
  /** Faults of mdoc certificates that are put up with. */
  readonly waivedFaults?: readonly ProfileFault[] | undefined
  /** Whether a chain may end with its anchor, which `PathRules` says more about. */
  readonly acceptAnchorInChain?: boolean | undefined
  readonly crypto: Pick<CryptoEngine, 'verify'>
}

export interface TrustedChain {
  readonly leaf: Certificate
  /** Whom this leads to, for people. */
  readonly anchor: string
  readonly source?: string | undefined
  /** What the source vouches for: the name that the certificate confirms, otherwise its subject; absent where it has none. */
  readonly issuer?: string | undefined
  readonly bindJurisdiction?: boolean | undefined
  /** Epoch seconds: the first end of a certificate of the path, or of what its source says of the anchor. */
  readonly trustedUntil: number
}

export type ChainRefusal =
  | { readonly code: 'no_key_reference' }
  | { readonly code: 'key_unreadable'; readonly reason: string }
  | {
      readonly code: 'untrusted'
      readonly reason: UntrustedReason
      readonly leaf: Certificate
      readonly details: UntrustedDetails
    }

export type UntrustedReason =
  | PathRefusal['code']
  | CountingFault
  | 'signed_outside_certificate' // before the leaf was valid or after
  | `document_signer_${ProfileFault}`
  | `iaca_${ProfileFault}`

/** Why a trusted certificate does not count for what this leaf signed. */
type CountingFault = ScopeFault | 'issuer_not_in_certificate' | 'document_signer_extended_key_usage_wrong'

/** `x5c`: leaf first, standard base64. `now` in epoch seconds. */
export type ChainTrust = (
  x5c: readonly string[] | undefined,
  occasion: TrustOccasion,
  now: number,
) => Promise<Result<TrustedChain, ChainRefusal>>

export function chainTrust(options: ChainTrustOptions): ChainTrust {
  const { list } = options
  let judge: { readonly list: TrustList; readonly decide: Decide } | undefined
  return async (x5c, occasion, now) => {
    const [leafText] = x5c ?? []
    if (x5c === undefined || leafText === undefined) return refuse({ code: 'no_key_reference' })
    const current = typeof list === 'function' ? list() : list
    if (judge?.list !== current) judge = { list: current, decide: judgeBy(current, options) }
    return judge.decide(x5c, leafText, occasion, now)
  }
}

type Decide = (
  x5c: readonly string[],
  leafText: string,
  occasion: TrustOccasion,
  now: number,
) => Promise<Result<TrustedChain, ChainRefusal>>

function judgeBy({ anchors, pins }: TrustList, options: ChainTrustOptions): Decide {
  const pinned = Map.groupBy(pins, ({ certificate }) => encodeBase64(certificate.der))
  const cache = pathCache()

  return async (x5c, leafText, occasion, now) => {
    const pinsOfLeaf = pinned.get(leafText)
    const byPin = pinsOfLeaf && judgePins(pinsOfLeaf, occasion, now)
    if (byPin?.ok) return byPin
    const known = cache.get(x5c, occasion, now)
    const asked = { occasion, now, options }
    if (known !== undefined && findAnchorFault(known.anchor, known.path.leaf, asked) === undefined) {
      return judgeMoment(known, occasion, now)
    }
    const judged = await judgeChain(x5c, leafText, anchors, asked)
    if (!judged.ok) return byPin ?? judged
    cache.put(x5c, occasion, judged.value, now)
    return judgeMoment(judged.value, occasion, now)
  }
}

interface JudgedChain {
  readonly path: ValidPath
  readonly anchor: TrustedCertificate
}

interface Asked {
  readonly occasion: TrustOccasion
  readonly now: number
  readonly options: ChainTrustOptions
}

async function judgeChain(
  x5c: readonly string[],
  leafText: string,
  anchors: readonly TrustedCertificate[],
  asked: Asked,
): Promise<Result<JudgedChain, ChainRefusal>> {
  const leaf = parseX5cEntry(leafText)
  if (!leaf.ok) return refuse({ code: 'key_unreadable', reason: leaf.error.code })
  const counting = anchors.filter((anchor) => findAnchorFault(anchor, leaf.value, asked) === undefined)
  const path = await findPath(x5c, counting, asked)
  if (!path.ok) {
    const others = anchors.filter((anchor) => !counting.includes(anchor))
    const elsewhere = await findPath(x5c, others, asked)
    return explain(path.error, x5c, leaf.value, elsewhere, asked)
  }
  return refusedByProfile(path.value, asked) ?? path
}

function refusedByProfile(judged: JudgedChain, asked: Asked): Result<never, ChainRefusal> | undefined {
  const fault = findProfileFault(judged, asked)
  return fault && untrusted(judged.path.leaf, fault.reason, detailsOf(fault.certificate, fault.faults))
}

/** An anchor of another source may count for the same leaf, so all that a source says is asked together. */
function findFault(
  trusted: TrustedCertificate,
  leaf: Certificate,
  occasion: TrustOccasion,
  now: number,
): CountingFault | undefined {
  const fault = findScopeFault(trusted, occasion, now)
  if (fault !== undefined || trusted.bindIssuer !== true) return fault
  return contradictsIssuer(leaf, occasion.issuer) ? 'issuer_not_in_certificate' : undefined
}

/** A pin is freed from what is asked of those who are below an anchor. */
function findAnchorFault(
  anchor: TrustedCertificate,
  leaf: Certificate,
  { occasion, now, options }: Asked,
): CountingFault | undefined {
  const fault = findFault(anchor, leaf, occasion, now)
  if (fault !== undefined || !isForDocuments(occasion)) return fault
  if (options.waivedFaults?.includes('extended_key_usage_wrong')) return undefined
  return isMadeFor(leaf, usagesFor(anchor, occasion)) ? undefined : 'document_signer_extended_key_usage_wrong'
}

async function findPath(
  x5c: readonly string[],
  anchors: readonly TrustedCertificate[],
  { occasion, now, options }: Asked,
): Promise<Result<JudgedChain, PathRefusal>> {
  const byCertificate = new Map(anchors.map((anchor) => [anchor.certificate, anchor]))
  const rules = rulesFor(occasion, options)
  const path = await validatePath(x5c, [...byCertificate.keys()], now, options.crypto, rules)
  if (!path.ok) return path
  const anchor = byCertificate.get(path.value.anchor)
  if (anchor === undefined) throw new Error('a path led to an anchor that was not given')
  return ok({ path: path.value, anchor })
}

function rulesFor(
  { purpose }: TrustOccasion,
  { extendedKeyUsage = {}, acceptAnchorInChain = false }: ChainTrustOptions,
): PathRules {
  const wanted = extendedKeyUsage[purpose]
  return { acceptAnchorInChain, extendedKeyUsage: wanted }
}

/** `elsewhere`: where the chain leads among the anchors that do not count on this occasion. */
function explain(
  refusal: PathRefusal,
  x5c: readonly string[],
  leaf: Certificate,
  elsewhere: Result<JudgedChain, PathRefusal>,
  asked: Asked,
): Result<never, ChainRefusal> {
  if (!elsewhere.ok) return untrusted(leaf, refusal.code, detailsOfPath(refusal, x5c))
  const { anchor } = elsewhere.value
  const fault = findAnchorFault(anchor, leaf, asked)
  // The wrong purpose is one of the faults of a profile, and seldom the only one.
  const byProfile =
    fault === 'document_signer_extended_key_usage_wrong' && refusedByProfile(elsewhere.value, asked)
  if (byProfile) return byProfile
  const details = { ...detailsOfPath(refusal, x5c), anchor: nameOf(anchor) }
  return untrusted(leaf, fault ?? refusal.code, details)
}

interface FoundFault {
  readonly reason: UntrustedReason
  readonly certificate: Certificate
  readonly faults: readonly ProfileFault[]
}

/** ISO/IEC 18013-5 §9.3.1, annex B: document signers have a PKI of their own; JOSE prescribes nothing beyond the path. */
function findProfileFault(
  { path, anchor }: JudgedChain,
  { occasion, options: { waivedFaults = [] } }: Asked,
): FoundFault | undefined {
  if (!isForDocuments(occasion)) return undefined
  const enforced = (faults: readonly ProfileFault[]) =>
    faults.filter((fault) => !waivedFaults.includes(fault))
  const between: readonly ProfileFault[] = path.intermediates.length > 0 ? ['intermediate_ca'] : []
  const usages = usagesFor(anchor, occasion)
  const ofSigner = enforced([...between, ...findDocumentSignerFaults(path.leaf, path.anchor, usages)])
  const [first] = ofSigner
  if (first !== undefined) {
    return { reason: `document_signer_${first}`, certificate: path.leaf, faults: ofSigner }
  }
  const ofIaca = anchor.profileWaived ? [] : enforced(findIacaFaults(path.anchor))
  const [firstOfIaca] = ofIaca
  if (firstOfIaca === undefined) return undefined
  return { reason: `iaca_${firstOfIaca}`, certificate: path.anchor, faults: ofIaca }
}

function isForDocuments({ purpose, signerProfile }: TrustOccasion): boolean {
  return purpose === 'issuer' && signerProfile === 'iso-mdl'
}

/** One certificate may be pinned for several purposes. */
function judgePins(
  pins: readonly TrustedCertificate[],
  occasion: TrustOccasion,
  now: number,
): Result<TrustedChain, ChainRefusal> | undefined {
  let refusal: Result<never, ChainRefusal> | undefined
  for (const pin of pins) {
    const { certificate } = pin
    const fault = findPeriodFault(certificate, now) ?? findFault(pin, certificate, occasion, now)
    if (fault === undefined) return judgeLeafMoment(certificate, pin, occasion, certificate.notAfter, now)
    refusal ??= untrusted(certificate, fault, { ...detailsOf(certificate), anchor: nameOf(pin) })
  }
  return refusal
}

function findPeriodFault({ notBefore, notAfter }: Certificate, now: number): UntrustedReason | undefined {
  if (now < notBefore) return 'certificate_not_yet_valid'
  return now > notAfter ? 'certificate_expired' : undefined
}

function judgeMoment({ path, anchor }: JudgedChain, occasion: TrustOccasion, now: number) {
  return judgeLeafMoment(path.leaf, anchor, occasion, path.notAfter, now)
}

/** ISO/IEC 18013-5 §9.3.1: the document signer was valid when it signed. */
function judgeLeafMoment(
  leaf: Certificate,
  trusted: TrustedCertificate,
  { issuer, signedAt }: TrustOccasion,
  pathEnd: number,
  now: number,
): Result<TrustedChain, ChainRefusal> {
  if (signedAt !== undefined && (signedAt < leaf.notBefore || signedAt > leaf.notAfter)) {
    return untrusted(leaf, 'signed_outside_certificate', detailsOf(leaf))
  }
  const { bindIssuer, bindJurisdiction, source } = trusted
  const isBound = bindIssuer === true || bindIssuer === 'if_named'
  const isNamed = isBound && issuer !== undefined && namesIssuer(leaf, issuer)
  const vouchedFor = isNamed ? issuer : leaf.subject.text || undefined
  const trustedUntil = Math.min(pathEnd, scopeEnd(trusted, signedAt ?? now))
  return ok({ leaf, anchor: nameOf(trusted), source, issuer: vouchedFor, bindJurisdiction, trustedUntil })
}

function untrusted(
  leaf: Certificate,
  reason: UntrustedReason,
  details: UntrustedDetails,
): Result<never, ChainRefusal> {
  return refuse({ code: 'untrusted', reason, leaf, details })
}

const MAX_CACHED_CHAINS = 256
const MAX_CACHED_OCCASIONS = 16

interface CachedPath {
  readonly occasion: TrustOccasion
  readonly chain: JudgedChain
  readonly since: number
}

/**
 * Validated paths by the whole text of their chain: an issuer sends the same one with every credential. Only what was
 * valid is kept, so that strangers cannot fill it; the oldest entry goes first.
 */
function pathCache() {
  const byChain = new Map<string, CachedPath[]>()
  return {
    get(x5c: readonly string[], occasion: TrustOccasion, now: number): JudgedChain | undefined {
      const entry = byChain.get(textOf(x5c))?.find((one) => isSameOccasion(one.occasion, occasion))
      if (entry === undefined || now < entry.since) return undefined
      return now <= entry.chain.path.notAfter ? entry.chain : undefined
    },
    put(x5c: readonly string[], occasion: TrustOccasion, chain: JudgedChain, now: number): void {
      const text = textOf(x5c)
      const [oldest] = byChain.keys()
      const known = byChain.get(text)
      if (known === undefined && byChain.size >= MAX_CACHED_CHAINS && oldest !== undefined) {
        byChain.delete(oldest)
      }
      const { format, purpose, signerProfile, type } = occasion
      const entry = { occasion: { format, purpose, signerProfile, type }, chain, since: now }
      const others = (known ?? []).filter((one) => !isSameOccasion(one.occasion, occasion))
      byChain.set(text, [...others, entry].slice(-MAX_CACHED_OCCASIONS))
    },
  }
}

/** A path counts for a purpose, a format and a type; the moment of signing is looked at each time. */
function isSameOccasion(one: TrustOccasion, other: TrustOccasion): boolean {
  return (
    one.purpose === other.purpose &&
    one.format === other.format &&
    one.signerProfile === other.signerProfile &&
    one.type === other.type
  )
}

/** Headers that are read once come with one array, whose text is long. */
const texts = new WeakMap<readonly string[], string>()

/** With the count, since an entry of a chain that nobody has validated yet may contain a space. */
function textOf(x5c: readonly string[]): string {
  const known = texts.get(x5c)
  if (known !== undefined) return known
  const text = `${x5c.length} ${x5c.join(' ')}`
  if (Object.isFrozen(x5c)) texts.set(x5c, text)
  return text
}
