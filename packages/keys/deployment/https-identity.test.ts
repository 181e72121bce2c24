import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { validatePath } from '@countersign/x509/certification-path'
import { certificatePem } from '@countersign/x509/pem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeCrypto } from '../engines/node.ts'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { createHostCa, issueCertificate } from './development-certificate.ts'
import { type HttpsIdentity, openHttpsIdentity } from './https-identity.ts'
import { identityRecords, sealedRecords } from './identity-records.ts'
import { memoryShelf } from './identity-store.ts'
import { openSealing } from './sealing.ts'

const run = promisify(execFile)
const now = Math.floor(Date.now() / 1000)
const day = 86_400
const HOSTS = ['laptop.local', '192.168.1.20'] as const
const OTHERS = ['bank.example', 'local', 'notlaptop.local', '192.168.1.21', '10.0.0.1', '::1', 'fd00::5']

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-https-'))
})
afterAll(() => rm(directory, { recursive: true }))

const records = (shelf = memoryShelf()) =>
  sealedRecords(
    identityRecords(shelf),
    openSealing(new TextEncoder().encode('a secret of the operator, 0123456789')),
  )

async function open(kept: ReturnType<typeof records>, host: string, at = now): Promise<HttpsIdentity> {
  const identity = await openHttpsIdentity(kept, host, at)
  if (!identity.ok) throw new Error(identity.error.code)
  return identity.value
}

const pems = (text: string) => text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []

/** What OpenSSL says of a chain, and of the name that it is shown under. */
async function openssl(
  root: string,
  [leaf = '', signer = '']: readonly string[],
  host: string,
): Promise<string> {
  const [anchor, middle, end] = ['root', 'signer', 'leaf'].map((name) => join(directory, `${name}.pem`))
  await Promise.all([writeFile(anchor!, root), writeFile(middle!, signer), writeFile(end!, leaf)])
  const name = /^[\d.]+$|:/.test(host) ? ['-verify_ip', host] : ['-verify_hostname', host]
  const flags = ['-x509_strict', '-check_ss_sig', '-purpose', 'sslserver', ...name]
  const files = ['-CAfile', anchor!, '-untrusted', middle!, end!]
  return run('openssl', ['verify', ...flags, ...files]).then(
    ({ stdout }) => stdout,
    (error: { readonly stderr?: string }) => error.stderr ?? 'ended without a word',
  )
}

describe.each(HOSTS)('the identity for https of %s', (host) => {
  it('is accepted strictly under that host by whoever trusts its anchor', async () => {
    const { anchor, certificates } = await open(records(), host)
    expect(await openssl(anchor, pems(certificates), host)).toMatch(/: OK\n$/)
    expect(await openssl(anchor, pems(certificates), 'bank.example')).toMatch(/[Hh]ostname mismatch/)
  })

  it('has a CA that is refused under every other name and address, whatever it signs', async () => {
    const ca = createHostCa({ host, now })
    const root = certificatePem(ca.root)
    const chainFor = (name: string) => {
      const publicJwk = generateSoftwareKey('ES256')
      const wish = { ca, publicJwk, subject: 'x', dnsNames: [name], uris: [], days: 1, now }
      return [issueCertificate(wish), ca.certificate]
    }
    const text = (chain: readonly string[]) => chain.map(certificatePem)
    expect(await openssl(root, text(chainFor(host)), host)).toMatch(/: OK\n$/)
    for (const name of [...OTHERS, ...HOSTS.filter((one) => one !== host)])
      expect(await openssl(root, text(chainFor(name)), name)).toMatch(
        /(permitted|excluded) subtree violation/,
      )
  })

  it('has a CA that our own judgement of paths refuses likewise', async () => {
    const ca = createHostCa({ host, now })
    const root = parseX5cEntry(ca.root)
    if (!root.ok) throw new Error(root.error.code)
    const judge = async (name: string) => {
      const publicJwk = generateSoftwareKey('ES256')
      const wish = { ca, publicJwk, subject: 'x', dnsNames: [name], uris: [], days: 1, now }
      const path = await validatePath(
        [issueCertificate(wish), ca.certificate],
        [root.value],
        now,
        nodeCrypto,
        {},
      )
      return path.ok || path.error.code
    }
    expect(await judge(host)).toBe(true)
    for (const name of OTHERS) expect(await judge(name)).toBe('name_not_permitted')
  })
})

describe('the anchor for https', () => {
  it('stays until two months before its end, and its key never signs again', async () => {
    const kept = records()
    const first = await open(kept, 'laptop.local')
    const again = await open(kept, 'laptop.local', now + 600 * day)
    const later = await open(kept, 'laptop.local', now + 700 * day)
    expect(again.anchor).toBe(first.anchor)
    expect(later.anchor).not.toBe(first.anchor)
    expect(again.key).not.toBe(first.key)
    expect((await open(kept, 'other.local')).anchor).not.toBe(first.anchor)
    const { privateJwk, root } = createHostCa({ host: 'laptop.local', now })
    const kx = new X509Certificate(Buffer.from(root, 'base64')).publicKey.export({ format: 'jwk' }).x
    expect(kx).not.toBe(privateJwk.kty === 'EC' ? privateJwk.x : undefined)
  })

  it('vouches for certificates of a month', async () => {
    const [leaf = ''] = pems((await open(records(), 'laptop.local')).certificates)
    const certificate = new X509Certificate(leaf)
    expect(certificate.validToDate.getTime() / 1000 - now).toBe(30 * day)
    expect(certificate.checkHost('laptop.local')).toBe('laptop.local')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })
})
