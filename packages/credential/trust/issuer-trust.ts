/**
 * Trust in an issuer by certificates (SD-JWT VC §2.5, HAIP 1.0 §6.1.1): the chain in `x5c` leads to a configured
 * anchor, or its leaf is pinned. The issuer is the leaf's subject; a name in `iss` proves nothing by itself and is
 * compared with the leaf only where the deployment asks for it. Knows no network.
 */
import { encodeBase64 } from '../base64url.ts'
import type { CryptoEngine } from '../crypto.ts'
import type { IssuerKeyReference, IssuerTrust, TrustedKey, TrustRefusal } from '../format.ts'
import { ok, type Result, refuse } from '../result.ts'
import { type Certificate, parseX5cEntry } from './certificate.ts'
import { type ValidPath, validatePath } from './path.ts'

export interface TrustAnchor {
  readonly certificate: Certificate
  /** For people; the subject of the certificate when absent. */
  readonly name?: string
}

export interface X509IssuerTrustOptions {
  readonly anchors: readonly TrustAnchor[]
  /**
   * Leaf certificates trusted as they are, self-signed ones included. A pin relaxes every rule but the validity
   * period, for that certificate only.
   */
  readonly pins?: readonly Certificate[]
  /** Demands that `iss`, where present, is a URI of the leaf or its host a DNS name of the leaf. Off when absent. */
  readonly issuerInCertificate?: boolean
  readonly crypto: Pick<CryptoEngine, 'verify'>
}

export function x509IssuerTrust(options: X509IssuerTrustOptions): IssuerTrust {
  const pins = new Map((options.pins ?? []).map((pin) => [encodeBase64(pin.der), pin]))
  const names = new Map(options.anchors.map(({ certificate, name }) => [certificate, name]))
  const anchors = [...names.keys()]
  const cache = pathCache()

  async function trust(
    reference: IssuerKeyReference,
    now: number,
  ): Promise<Result<TrustedKey, TrustRefusal>> {
    const { x5c } = reference
    const [leafText] = x5c ?? []
    if (x5c === undefined || leafText === undefined) return refuse({ code: 'no_key_reference' })
    const pin = pins.get(leafText)
    if (pin !== undefined) return judgePin(pin, now)
    const known = cache.get(x5c, now)
    if (known !== undefined) return judgeName(known, reference)
    const path = await validatePath(x5c, anchors, now, options.crypto)
    if (!path.ok) return untrusted(leafText, path.error.code)
    cache.put(x5c, path.value, now)
    return judgeName(path.value, reference)
  }

  function judgeName(path: ValidPath, reference: IssuerKeyReference): Result<TrustedKey, TrustRefusal> {
    const { leaf, anchor } = path
    const { issuer } = reference
    if (options.issuerInCertificate && issuer !== undefined && !namesIssuer(leaf, issuer)) {
      return refuse({ code: 'untrusted', reason: 'issuer_not_in_certificate', key: leaf.publicKey })
    }
    return ok({ key: leaf.publicKey, anchor: names.get(anchor) ?? anchor.subject.text })
  }

  return trust
}

function judgePin(pin: Certificate, now: number): Result<TrustedKey, TrustRefusal> {
  const key = pin.publicKey
  if (now < pin.notBefore) return refuse({ code: 'untrusted', reason: 'certificate_not_yet_valid', key })
  if (now > pin.notAfter) return refuse({ code: 'untrusted', reason: 'certificate_expired', key })
  return ok({ key, anchor: pin.subject.text })
}

function untrusted(leafText: string, reason: string): Result<TrustedKey, TrustRefusal> {
  const leaf = parseX5cEntry(leafText)
  return leaf.ok
    ? refuse({ code: 'untrusted', reason, key: leaf.value.publicKey })
    : refuse({ code: 'key_unreadable', reason })
}

/** DNS names are compared exactly: a wildcard certificate is made for web servers, not for naming an issuer. */
function namesIssuer(leaf: Certificate, issuer: string): boolean {
  if (leaf.uris.includes(issuer)) return true
  const host = /^https:\/\/([^/?#:@]+)(?::\d+)?(?:[/?#]|$)/.exec(issuer)?.[1]?.toLowerCase()
  return host !== undefined && leaf.dnsNames.some((name) => name.toLowerCase() === host)
}

const MAX_CACHED_PATHS = 256

/**
 * Validated paths by the whole text of their chain: an issuer sends the same one with every credential. Only what was
 * valid is kept, so that strangers cannot fill it; the oldest entry goes first.
 */
function pathCache() {
  const paths = new Map<string, { readonly path: ValidPath; readonly since: number }>()
  return {
    get(x5c: readonly string[], now: number): ValidPath | undefined {
      const entry = paths.get(cacheKey(x5c))
      return entry !== undefined && now >= entry.since && now <= entry.path.notAfter ? entry.path : undefined
    },
    put(x5c: readonly string[], path: ValidPath, now: number): void {
      const [oldest] = paths.keys()
      if (paths.size >= MAX_CACHED_PATHS && oldest !== undefined) paths.delete(oldest)
      paths.set(cacheKey(x5c), { path, since: now })
    },
  }
}

/** With the count, since an entry of a chain nobody has validated yet may contain a space. */
function cacheKey(x5c: readonly string[]): string {
  return `${x5c.length} ${x5c.join(' ')}`
}
