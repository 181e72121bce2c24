import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { validatePath } from '@countersign/x509/certification-path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeCrypto } from '../engines/node.ts'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { type CertificateRequest, createDevelopmentCa, issueCertificate } from './development-certificate.ts'

const run = promisify(execFile)
const now = Math.floor(Date.now() / 1000)
const ca = createDevelopmentCa({ name: 'Test CA', now })
const caCertificate = new X509Certificate(Buffer.from(ca.certificate, 'base64'))
const keyPurposes = ['1.3.6.1.5.5.7.3.2', '1.0.18013.5.1.2']

function issue(changes: Partial<CertificateRequest> = {}): X509Certificate {
  const certificate = issueCertificate({
    ca,
    publicJwk: generateSoftwareKey('ES256'),
    subject: 'Verifier',
    dnsNames: ['verifier.example.org', 'localhost'],
    uris: ['https://verifier.example.org/path'],
    days: 825,
    now,
    ...changes,
  })
  return new X509Certificate(Buffer.from(certificate, 'base64'))
}

describe('an issued certificate', () => {
  it('is signed by the CA, names it, and names its hosts', () => {
    const leaf = issue()
    expect(leaf.verify(caCertificate.publicKey)).toBe(true)
    expect(leaf.checkIssued(caCertificate)).toBe(true)
    expect(leaf.verify(leaf.publicKey)).toBe(false)
    expect(leaf.checkHost('verifier.example.org')).toBe('verifier.example.org')
    expect(leaf.checkHost('localhost')).toBe('localhost')
    expect(leaf.checkHost('other.example.org')).toBeUndefined()
    expect(leaf.subject).toBe('O=Countersign\nCN=Verifier')
    expect(leaf.subjectAltName).toContain('URI:https://verifier.example.org/path')
  })

  it('is no CA, while the CA is one', () => {
    expect(issue().ca).toBe(false)
    expect(caCertificate.ca).toBe(true)
  })

  it('names addresses as addresses', () => {
    const leaf = issue({ dnsNames: ['127.0.0.1', '::1', '[2001:db8::5]', '::ffff:1.2.3.4'] })
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf.checkIP('::1')).toBe('::1')
    expect(leaf.checkIP('2001:db8::5')).toBe('2001:db8::5')
    expect(leaf.checkIP('::ffff:1.2.3.4')).toBe('::ffff:1.2.3.4')
    expect(leaf.checkIP('127.0.0.2')).toBeUndefined()
  })

  it('lasts the days asked for and never longer than its CA', () => {
    const end = (certificate: X509Certificate) => certificate.validToDate.getTime() / 1000
    expect(end(issue())).toBe(now + 825 * 86_400)
    expect(end(issue({ days: 10_000 }))).toBe(ca.expiresAt)
  })

  it('carries the purposes asked for', () => {
    expect(issue({ extKeyUsage: keyPurposes }).keyUsage).toEqual(keyPurposes)
    expect(issue().keyUsage).toBeUndefined()
  })

  it('has a serial number of its own, positive and of at most 20 bytes', () => {
    const serials = Array.from({ length: 50 }, () => issue().serialNumber)
    expect(new Set(serials).size).toBe(50)
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{39}$/)
  })

  it.each([
    ['a name with a line break', { dnsNames: ['a\nb'] }],
    ['an empty host name', { dnsNames: [''] }],
    ['a host name too long', { dnsNames: [`${'a'.repeat(63)}.`.repeat(4).concat('a')] }],
    ['a label with a hyphen at its end', { dnsNames: ['a-.example'] }],
    ['a URI that is none', { uris: ['not a uri'] }],
    ['no subject', { subject: '' }],
    ['a subject too long', { subject: 's'.repeat(65) }],
  ])('is not made for %s', (_, changes) => {
    expect(() => issue(changes)).toThrow()
  })
})

describe('our own path validation', () => {
  const x5c = [issue({ extKeyUsage: keyPurposes }).raw.toString('base64')]

  async function validate(anchor: string) {
    const parsed = parseX5cEntry(anchor)
    if (!parsed.ok) throw new Error(parsed.error.code)
    return await validatePath(x5c, [parsed.value], now, nodeCrypto)
  }

  it('leads from an issued certificate to its CA and to no other of that name', async () => {
    const path = await validate(ca.certificate)
    expect(path.ok && path.value.leaf.publicKey).toMatchObject({ crv: 'P-256' })
    expect((await validate(createDevelopmentCa({ name: 'Test CA', now }).certificate)).ok).toBe(false)
  })
})

describe('OpenSSL', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'countersign-certificate-'))
    await writeFile(join(directory, 'ca.pem'), caCertificate.toString())
  })
  afterAll(() => rm(directory, { recursive: true }))

  async function verify(leaf: X509Certificate): Promise<string> {
    await writeFile(join(directory, 'leaf.pem'), leaf.toString())
    const files = ['-CAfile', join(directory, 'ca.pem'), join(directory, 'leaf.pem')]
    return (await run('openssl', ['verify', '-x509_strict', '-check_ss_sig', ...files])).stdout
  }

  it.each(['ES256', 'ES384', 'ES512', 'EdDSA'] as const)(
    'accepts it strictly, for a key of %s',
    async (algorithm) => {
      expect(await verify(issue({ publicJwk: generateSoftwareKey(algorithm) }))).toContain('OK')
    },
  )

  it('accepts every extension together', async () => {
    expect(await verify(issue({ extKeyUsage: keyPurposes, dnsNames: ['a_b.example', '::1'] }))).toContain(
      'OK',
    )
  })

  it('refuses one of another CA with the same name', async () => {
    const impostor = createDevelopmentCa({ name: 'Test CA', now })
    await expect(verify(issue({ ca: impostor }))).rejects.toThrow()
  })

  it('reads the critical flags where RFC 5280 wants them', async () => {
    await writeFile(join(directory, 'leaf.pem'), issue().toString())
    const { stdout } = await run('openssl', ['x509', '-in', join(directory, 'leaf.pem'), '-noout', '-text'])
    expect(stdout).toMatch(/Basic Constraints: critical\s+CA:FALSE/)
    expect(stdout).toMatch(/Key Usage: critical\s+Digital Signature\n/)
    expect(stdout).toMatch(/X509v3 Authority Key Identifier/)
  })
})
