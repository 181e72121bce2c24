/** Keys and sources of trust as `GET /trust` shows them. Names in certificates and lists are text of others: text, never markup. */
import {
  BELIEVED_MOST,
  type BelievedFacts,
  type OwnKeyFacts,
  type TrustFacts,
  type TrustSourceFacts,
} from '@countersign/api/trust'
import { defined } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { nameOf, type TrustedCertificate, type TrustList } from '@countersign/trust/trust-anchor'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import { findAnchorFault } from '@countersign/x509/certification-path'
import type { TrustSourceKind } from '../config/trust.ts'
import { isInForce, type KeptSource } from './kept-source.ts'
import { sentenceOf } from './read-source.ts'

export type ToldKey = Pick<Signer, 'keyId' | 'algorithm' | 'x5c'> & { readonly purpose: string }

export type ToldSource =
  /** What a deployment in development made for itself. */
  | { readonly kind: 'development'; readonly place: string; readonly list: TrustList }
  /** A DID, or an address at which keys are published. */
  | {
      readonly kind: 'issuer'
      readonly place: string
      readonly name?: string | undefined
      readonly types?: readonly string[] | undefined
    }
  | {
      readonly kind: Exclude<TrustSourceKind, 'issuer'>
      readonly kept: KeptSource
    }

/** What there is to tell. */
export interface ToldTrust {
  readonly keys: readonly ToldKey[]
  /** Undefined where it believes nobody. */
  sources(): readonly ToldSource[] | undefined
}

export interface Asked {
  /** Public address of the service. */
  readonly url: string
  /** Epoch seconds. */
  readonly now: number
}

export function trustView({ keys, sources }: ToldTrust, { now, url }: Asked): TrustFacts {
  return defined<TrustFacts>({
    at: now,
    url,
    keys: keys.map(keyView),
    believes: sources()?.map((source) => sourceView(source, now)),
  })
}

function keyView({ algorithm, keyId, purpose, x5c = [] }: ToldKey): OwnKeyFacts {
  const certificates = x5c.flatMap((text) => {
    const parsed = parseX5cEntry(text)
    return parsed.ok ? [parsed.value] : []
  })
  return {
    purpose,
    keyId,
    algorithm,
    certificates: certificates.map((one) => ({ ...periodOf(one), issuer: one.issuer.text })),
  }
}

function periodOf({ notAfter, notBefore, subject }: Certificate) {
  return { subject: subject.text, notBefore, notAfter }
}

function sourceView(source: ToldSource, now: number): TrustSourceFacts {
  if ('kept' in source) return keptView(source.kept, now)
  const { kind, place } = source
  const always = { kind, place, unusable: [], inForce: true }
  if (source.kind === 'development') return { ...always, ...believedBy(source.list, now) }
  const { name, types } = source
  return defined<TrustSourceFacts>({ ...always, name, types, believed: [] })
}

function keptView({ failure, good, lookedAt, readable }: KeptSource, now: number): TrustSourceFacts {
  const { kind, place, source } = readable
  return defined<TrustSourceFacts>({
    kind,
    place,
    name: source.name,
    ...believedBy(good?.list ?? { anchors: [], pins: [] }, now),
    unusable: [...(good?.unusable ?? [])].map(([reason, count]) => ({ reason, count })),
    inForce: good !== undefined && good.usable > 0 && isInForce(good, now),
    problem: failure && { code: failure.code, sentence: sentenceOf(failure) },
    signedBy: good?.signedBy,
    issue: good?.issue,
    issuedAt: good?.issuedAt,
    nextUpdate: good?.nextUpdate,
    readAt: good?.readAt,
    lookedAt,
  })
}

function believedBy({ anchors, pins }: TrustList, now: number) {
  const all = [
    ...anchors.map((one) => ({ one, as: 'authority' as const })),
    ...pins.map((one) => ({ one, as: 'signer' as const })),
  ]
  const more = all.length - BELIEVED_MOST
  const believed = all.slice(0, BELIEVED_MOST).map(({ as, one }) => believedView(one, as, now))
  return more > 0 ? { believed, more } : { believed }
}

function believedView(trusted: TrustedCertificate, as: BelievedFacts['as'], now: number): BelievedFacts {
  const { certificate, formats, purposes, types } = trusted
  return defined<BelievedFacts>({
    name: nameOf(trusted),
    as,
    ...periodOf(certificate),
    why: whyNot(trusted, as, now),
    types,
    formats,
    purposes,
  })
}

/** Of somebody who would be judged now; what he may be believed for is told beside it. */
function whyNot(
  { certificate, periods, usableUntil }: TrustedCertificate,
  as: BelievedFacts['as'],
  now: number,
): BelievedFacts['why'] {
  if (usableUntil !== undefined && now > usableUntil) return 'anchor_list_outdated'
  if (now > certificate.notAfter) return 'certificate_expired'
  if (now < certificate.notBefore) return 'certificate_not_yet_valid'
  const isTrustedNow = ({ from, until }: { from: number; until?: number | undefined }) =>
    now >= from && (until === undefined || now < until)
  if (periods !== undefined && !periods.some(isTrustedNow)) return 'anchor_not_trusted_then'
  return as === 'authority' ? findAnchorFault(certificate)?.code : undefined
}
