import { encodeBase64 } from '@countersign/core/base64url'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { NOT_AFTER, NOT_BEFORE } from '@countersign/testing/forging/certificates'
import { type Certificate, parseCertificate } from '@countersign/x509/certificate'
import { validatePath } from '@countersign/x509/certification-path'
import { afterAll, describe, expect, it } from 'vitest'
import { type LimboCase, makePath } from './limbo-case.testing.ts'
import { nameConstraintCases } from './limbo-name-constraints.testing.ts'
import { PROFILE_CASES, SERVER_AUTH } from './limbo-profiles.testing.ts'
import { judgeByOpenssl, removeFolder } from './openssl.testing.ts'

afterAll(removeFolder)

const CASES = [...PROFILE_CASES, ...nameConstraintCases()]

async function judge({ path, beside = [], at, purposes }: LimboCase) {
  const [anchor = new Uint8Array(), ...below] = await makePath(path)
  const others = await Promise.all(beside.map(async (changes) => (await makePath([changes]))[0] ?? anchor))
  // The clock of a service counts whole seconds.
  const now = NOT_BEFORE + Math.floor(at ?? (NOT_AFTER - NOT_BEFORE) / 2)
  const files = { chain: below.toReversed(), anchors: [anchor, ...others], now }
  return {
    ours: await judgeOurselves(files, purposes),
    openssl: await judgeByOpenssl(files, purposes?.includes(SERVER_AUTH)),
  }
}

async function judgeOurselves(
  { chain, anchors, now }: { chain: readonly Uint8Array[]; anchors: readonly Uint8Array[]; now: number },
  extendedKeyUsage: readonly string[] | undefined,
) {
  const readable = anchors.map(parseCertificate)
  const trusted = readable.flatMap((read): readonly Certificate[] => (read.ok ? [read.value] : []))
  const path = await validatePath(chain.map(encodeBase64), trusted, now, nodeCrypto, { extendedKeyUsage })
  if (path.ok) return 'valid'
  return path.error.code === 'anchor_unknown' && trusted.length < anchors.length
    ? 'anchor_unreadable'
    : path.error.code
}

/** What OpenSSL 3.0 says otherwise, by its strict reading; later ones may be stricter. */
const OF_ANOTHER_OPINION: ReadonlySet<string> = new Set([
  'rfc5280::pc::ica-noncritical-pc',
  'rfc5280::eku::ee-eku-empty',
  'rfc5280::serial::too-long',
  'rfc5280::serial::zero',
  'rfc5280::serial::negative',
  'rfc5280::san::underscore-dns',
  'rfc5280::san::ip-in-dns',
  'rfc5280::validity::notafter-exact',
  'rfc5280::validity::notafter-fractional',
  'rfc5280::nc::permitted-dns-match-noncritical',
  'rfc5280::nc::invalid-dnsname-leading-period',
  'rfc5280::nc::not-allowed-in-ee-noncritical',
  'rfc5280::nc::not-allowed-in-ee-critical',
  'rfc5280::nc::nc-permits-invalid-dns-san',
  'rfc5280::nc::nc-permits-invalid-email-san',
  'rfc5280::nc::nc-forbids-dnsname-wildcard-san',
  'cve::cve-2025-61727',
])

describe('x509-limbo', () => {
  it.each(CASES)('$id: $limbo', async (one) => {
    const { ours, openssl } = await judge(one)
    expect(ours).toBe(one.ours)
    if (!OF_ANOTHER_OPINION.has(one.id)) expect(openssl).toBe(one.limbo)
  })

  it('is contradicted with a reason, and nowhere else', () => {
    for (const { id, limbo, ours, why } of CASES)
      expect([id, why !== undefined]).toEqual([id, (ours === 'valid') !== (limbo === 'valid')])
  })
})
