/**
 * Cases of C2SP's x509-limbo, by its names and with its verdicts (snapshot of June 2026; `rfc5280`, `pathlen`, `cve`), made
 * with keys of our own: what our chains have of it. Left out is what they do not: search for a path among unordered
 * certificates, names of TLS servers, revocation lists, the rules of the public web. Where our verdict is another one, `why`
 * says so;
 */
import { encodeUtf8 } from '@countersign/core/base64url'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import {
  type CertificateRequest,
  CRL_SIGN,
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificateDer,
} from '@countersign/testing/forging/certificates'
import type { PathRefusal } from '@countersign/x509/certification-path'

type Verdict = 'valid' | 'invalid'
export type Changes = Partial<CertificateRequest>

export interface LimboCase {
  readonly id: string
  readonly limbo: Verdict
  /** From the anchor down to the leaf. */
  readonly path: readonly Changes[]
  /** More anchors. */
  readonly beside?: readonly Changes[]
  readonly ours: 'valid' | PathRefusal['code'] | 'anchor_unreadable'
  readonly why?: string
  /** Seconds after the beginning of all periods; absent: in the middle. */
  readonly at?: number
  readonly purposes?: readonly string[]
}

const keys = ['Root', 'ICA 1', 'ICA 2', 'ICA 3', 'EE'].map((name) => makeSigner('P-256', name))
const CA_NAMES = ['Root', 'ICA 1', 'ICA 2', 'ICA 3']
export const keyId = (name: string) => encodeUtf8(`key of ${name}`)

/** DER from the anchor down to the leaf, each signed by the one above; names follow the subjects. */
export async function makePath(changes: readonly Changes[]): Promise<readonly Uint8Array[]> {
  const made: Uint8Array[] = []
  let above = { subject: changes[0]?.issuer ?? 'Root', at: 0, subjectName: changes[0]?.subjectName }
  for (const [at, change] of changes.entries()) {
    const isLeaf = at === changes.length - 1
    const subject = change.subject ?? (isLeaf ? 'EE' : (CA_NAMES[at] ?? ''))
    const own = isLeaf ? 4 : at
    const [key, signer] = [keys[own], keys[above.at]]
    if (key === undefined || signer === undefined) throw new Error('longer than the keys at hand')
    const request = {
      subject,
      issuer: above.subject,
      issuerName: above.subjectName,
      key: key.publicJwk,
      signer,
      subjectKeyId: keyId(String(own)),
      authorityKeyId: keyId(String(above.at)),
      ...(isLeaf ? LEAF : CA),
      ...change,
    }
    made.push(await makeCertificateDer(request))
    above = { subject, at: own, subjectName: change.subjectName }
  }
  return made
}

export const CA: Changes = { ca: true, keyUsage: [KEY_CERT_SIGN, CRL_SIGN] }
const LEAF: Changes = { keyUsage: [DIGITAL_SIGNATURE], dnsNames: ['example.com'] }

export const extension = (identifier: string, critical: boolean, value: Uint8Array): Changes => ({
  extra: [{ identifier, critical, value }],
})
export function valid(id: string, path: readonly Changes[]): LimboCase {
  return { id, limbo: 'valid', path, ours: 'valid' }
}

export function invalid(id: string, path: readonly Changes[], ours: LimboCase['ours']): LimboCase {
  return { id, limbo: 'invalid', path, ours }
}
