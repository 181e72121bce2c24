import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeDocumentSigner, makeIaca } from '@countersign/x509/make/iso-mdl'
import { makeAuthority, makeSignerCertificate } from '@countersign/x509/make/signer-certificate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeCrypto } from '../engines/node.ts'
import { generateSoftwareKey, softwareSigner } from '../signers/software-key.ts'

const run = promisify(execFile)
const now = Math.floor(Date.now() / 1000)

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-made-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function verify(rootPem: string, leafPem: string): Promise<string> {
  await writeFile(join(directory, 'root.pem'), rootPem)
  await writeFile(join(directory, 'leaf.pem'), leafPem)
  const files = ['-CAfile', join(directory, 'root.pem'), join(directory, 'leaf.pem')]
  return (await run('openssl', ['verify', '-x509_strict', '-check_ss_sig', ...files])).stdout
}

async function pemOf(made: ReturnType<typeof makeAuthority>): Promise<string> {
  const result = await made
  if (!result.ok) throw new Error(result.error.code)
  return result.value.certificatePem
}

describe('OpenSSL accepts strictly', () => {
  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'] as const)(
    'a CA that signs with %s, and whom it signs for',
    async (algorithm) => {
      const key = softwareSigner(generateSoftwareKey(algorithm))
      const root = await pemOf(makeAuthority({ name: { commonName: 'Example CA' }, key, now }, nodeCrypto))
      const peer = new X509Certificate(root)
      expect(peer.verify(peer.publicKey)).toBe(true)
      const request = {
        purpose: 'request_signing',
        authority: { key, certificatePem: root },
        name: { commonName: 'Verifier' },
        publicJwk: softwareSigner(generateSoftwareKey(algorithm)).publicJwk,
        dnsNames: ['verifier.example', '2001:db8::1'],
        now,
      } as const
      expect(await verify(root, await pemOf(makeSignerCertificate(request, nodeCrypto)))).toContain('OK')
    },
  )

  it.each(['ES256', 'ES384', 'ES512'] as const)(
    'an IACA with %s and its document signer, and reads what the profile asks for',
    async (algorithm) => {
      const key = softwareSigner(generateSoftwareKey(algorithm))
      const common = { country: 'UT', crlDistributionPointUri: 'https://authority.example/crl', now }
      const authority = { email: 'iaca@authority.example', uri: 'https://authority.example' }
      const iaca = await pemOf(
        makeIaca({ ...common, commonName: 'Utopia IACA', issuerAlternativeName: authority, key }, nodeCrypto),
      )
      const request = {
        ...common,
        iacaKey: key,
        iacaPem: iaca,
        commonName: 'Utopia document signer',
        publicJwk: softwareSigner(generateSoftwareKey('ES256')).publicJwk,
      }
      const signer = await pemOf(makeDocumentSigner(request, nodeCrypto))
      expect(await verify(iaca, signer)).toContain('OK')
      const { stdout } = await run('openssl', ['x509', '-in', join(directory, 'leaf.pem'), '-noout', '-text'])
      expect(stdout).toMatch(/Key Usage: critical\s+Digital Signature\n/)
      expect(stdout).toMatch(/Extended Key Usage: critical\s+1\.0\.18013\.5\.1\.2\n/)
      expect(stdout).toMatch(
        /Issuer Alternative Name:\s+email:iaca@authority.example, URI:https:\/\/authority.example/,
      )
      expect(stdout).toMatch(/CRL Distribution Points:\s+Full Name:\s+URI:https:\/\/authority.example\/crl/)
    },
  )
})
