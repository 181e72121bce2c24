import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPublishedKeys } from './published-keys.ts'

const NOW = 1_800_000_000
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'published-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, contents: string | object): string {
  const path = join(folder, name)
  writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents))
  return path
}

const privateJwk = generateSoftwareKey('ES256')
const signer = softwareSigner(privateJwk)
const pem = (jwk: object) =>
  createPublicKey({ key: { ...jwk }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString()

describe('a published key', () => {
  it('has the id and the algorithm that it signs under, in whatever form it is written', () => {
    const ca = createDevelopmentCa({ name: 'Test CA', now: NOW })
    const wish = { subject: 'Signer', dnsNames: [], uris: [], days: 90 }
    const leaf = issueCertificate({ ca, publicJwk: signer.publicJwk, now: NOW, ...wish })
    const lines = leaf.replace(/(.{64})/g, '$1\n').trim()
    const expected = { keyId: signer.keyId, algorithm: 'ES256', publicJwk: signer.publicJwk }
    const certificate = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
    for (const [name, contents, x5c] of [
      ['key.jwk', signer.publicJwk, undefined],
      ['set.json', { keys: [signer.publicJwk] }, undefined],
      ['key.pem', pem(signer.publicJwk), undefined],
      ['chain.pem', certificate, [leaf]],
    ] as const)
      expect(openPublishedKeys([file(name, contents)]), name).toEqual([{ ...expected, x5c }])
  })

  it('keeps the name that a JWK gives it, as the key that signs does', () => {
    const named = file('named.jwk', { ...signer.publicJwk, kid: 'of-2026' })
    expect(openPublishedKeys([named])).toMatchObject([{ keyId: 'of-2026' }])
  })

  it('stands there once, however often it is named', () => {
    const files = [file('a.jwk', signer.publicJwk), file('a.pem', pem(signer.publicJwk))]
    expect(openPublishedKeys(files)).toHaveLength(1)
  })
})

describe('a file of published keys', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })

  it.each([
    ['a private key', () => privateJwk, /jwk private/],
    [
      'a private key in PEM',
      () => '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      /private key in file/,
    ],
    ['a private key among others', () => ({ keys: [signer.publicJwk, privateJwk] }), /jwk private/],
    ['no key', () => 'hello', /neither json nor pem/],
    ['a key that is cut off', () => pem(signer.publicJwk).slice(0, 60), /pem unreadable/],
    ['a key that is too weak', () => ({ ...rsa }), /jwk/],
    ['a set that is none', () => ({ keys: 'none' }), /jwks malformed/],
    ['too much', () => ' '.repeat(300_000), /file too large/],
  ])('with %s keeps the issuer from starting', (name, contents, told) => {
    const path = file(`${name}.txt`, contents())
    expect(() => openPublishedKeys([path])).toThrow(StartRefused)
    expect(() => openPublishedKeys([path])).toThrow(told)
    expect(() => openPublishedKeys([path])).toThrow(path)
  })

  it('that is not there, or has another key under an id that is taken, does so as well', () => {
    expect(() => openPublishedKeys([join(folder, 'absent')])).toThrow(/cannot be read \(ENOENT\)/)
    const other = softwareSigner(generateSoftwareKey('ES256')).publicJwk
    const files = [
      file('one.jwk', { ...signer.publicJwk, kid: 'same' }),
      file('other.jwk', { ...other, kid: 'same' }),
    ]
    expect(() => openPublishedKeys(files)).toThrow(/another key has the id same/)
  })
})
