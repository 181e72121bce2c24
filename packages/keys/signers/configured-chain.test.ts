import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDevelopmentCa, issueCertificate } from '../deployment/development-certificate.ts'
import { configuredChain } from './configured-chain.ts'
import { generateSoftwareKey, type PrivateJwk } from './software-key.ts'

const now = 1_800_000_000
const ca = createDevelopmentCa({ name: 'Test CA', now })
const otherCa = createDevelopmentCa({ name: 'Other CA', now })
const key = generateSoftwareKey('ES256')
const leaf = issue(key, 30)

function issue(publicJwk: PrivateJwk, days: number): string {
  return issueCertificate({ ca, publicJwk, subject: 'Leaf', dnsNames: [], uris: [], days, now })
}

function pem(base64: string): string {
  return new X509Certificate(Buffer.from(base64, 'base64')).toString()
}

describe('configured certificates', () => {
  it('are read as PEM bundle, as list of PEM and as list of base64 DER; the anchor is left out', () => {
    const bundle = `# made by hand\n${pem(leaf)}\n${pem(ca.certificate)}`
    for (const spelling of [bundle, [pem(leaf), pem(ca.certificate)], [leaf, ca.certificate], [leaf], leaf]) {
      expect(configuredChain(spelling, key, now)).toEqual({ ok: true, value: [leaf] })
    }
  })

  it.each([
    ['for another key', [issue(generateSoftwareKey('ES256'), 30)], { code: 'certificate_of_other_key' }],
    ['that are not certificates', [leaf, 'AAAA'], { code: 'certificates_malformed', index: 1 }],
    ['out of order', [leaf, otherCa.certificate], { code: 'certificates_out_of_order', index: 0 }],
    ['by the hundred', Array(100).fill(leaf), { code: 'certificates_count', found: 100, max: 6 }],
    ['in an empty file', '\n', { code: 'certificates_count', found: 0, max: 6 }],
    ['in a file without end', 'x'.repeat(200_000), { code: 'certificates_malformed', index: 0 }],
  ])('are refused %s', (_, certificates, error) => {
    expect(configuredChain(certificates, key, now)).toEqual({ ok: false, error })
  })

  it('are refused after they expired and before they begin', () => {
    const late = configuredChain([leaf], key, now + 31 * 86_400)
    expect(late).toMatchObject({ ok: false, error: { code: 'certificate_not_valid_now', index: 0 } })
    expect(configuredChain([leaf], key, now - 3600)).toMatchObject({
      ok: false,
      error: { notBefore: now - 300 },
    })
  })

  it('are refused when the leaf is the CA itself', () => {
    expect(configuredChain([ca.certificate], ca.privateJwk, now)).toEqual({
      ok: false,
      error: { code: 'leaf_self_signed' },
    })
  })
})
