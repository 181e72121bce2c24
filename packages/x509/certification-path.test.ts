import { encodeBase64, encodeBase64url } from '@countersign/core/base64url'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { inBrowser, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  type CertificateRequest,
  DIGITAL_SIGNATURE,
  generalName,
  KEY_CERT_SIGN,
  makeCertificate,
  makeCertificateDer,
  NOT_AFTER,
  NOT_BEFORE,
  nameConstraints,
  toX5c,
} from '@countersign/testing/forging/certificates'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { element as der, objectIdentifier, sequence } from './asn1/der-writer.ts'
import { authorityKeyIdsOf, type Certificate, parseCertificate, parsePemCertificates } from './certificate.ts'
import { findSignatureFault } from './certificate-signature.ts'
import { validatePath } from './certification-path.ts'

const NOW = 1_780_000_000
const root = makeSigner('P-256', 'root')
const middle = makeSigner('P-384', 'middle')
const leafKey = makeSigner('P-256', 'leaf')
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

type Changes = Partial<CertificateRequest>

const makeRoot = (changes: Changes = {}) =>
  makeCertificate({
    subject: 'Root',
    issuer: 'Root',
    key: root.publicJwk,
    signer: root,
    ca: true,
    keyUsage: [KEY_CERT_SIGN],
    subjectKeyId: bytes('root'),
    ...changes,
  })

const makeMiddle = (changes: Changes = {}) =>
  makeCertificate({
    subject: 'Middle',
    issuer: 'Root',
    key: middle.publicJwk,
    signer: root,
    ca: true,
    keyUsage: [KEY_CERT_SIGN],
    subjectKeyId: bytes('middle'),
    authorityKeyId: bytes('root'),
    ...changes,
  })

const makeLeaf = (changes: Changes = {}) =>
  makeCertificate({
    subject: 'Issuer of Example',
    issuer: 'Middle',
    key: leafKey.publicJwk,
    signer: middle,
    keyUsage: [DIGITAL_SIGNATURE],
    authorityKeyId: bytes('middle'),
    dnsNames: ['issuer.example'],
    uris: ['https://other.example/issuer'],
    ...changes,
  })

interface Scene {
  readonly leaf?: Changes
  readonly middle?: Changes
  readonly root?: Changes
}

async function validate(scene: Scene, now = NOW) {
  const [leaf, between, anchor] = [
    await makeLeaf(scene.leaf),
    await makeMiddle(scene.middle),
    await makeRoot(scene.root),
  ]
  return validatePath(toX5c(leaf, between), [anchor], now, nodeEngine)
}

const text = (tag: number, value: string) => der(tag, bytes(value))

const MALFORMED_EXTENSIONS: readonly (readonly [string, string, Uint8Array])[] = [
  ['a key identifier that is none', '2.5.29.14', sequence()],
  ['an alternative name without names', '2.5.29.17', sequence()],
  ['an empty host name', '2.5.29.17', sequence(text(0x82, ''))],
  ['a host name with a control character', '2.5.29.17', sequence(text(0x82, 'a\nb'))],
  ['an address of five bytes', '2.5.29.17', sequence(text(0x87, '12345'))],
  ['a name of no form', '2.5.29.17', sequence(text(0x89, 'x'))],
  ['a directory name that is none', '2.5.29.17', sequence(text(0xa4, 'x'))],
  ['an issuer alternative name without names', '2.5.29.18', sequence()],
  ['a path length without CA', '2.5.29.19', sequence(der(0x02, Uint8Array.of(1)))],
  ['distribution points without points', '2.5.29.31', sequence()],
  ['a distribution point with another field', '2.5.29.31', sequence(sequence(text(0xa7, '')))],
  ['a distribution point with a malformed name', '2.5.29.31', sequence(sequence(der(0xa0, der(0xa0))))],
  ['policies without policies', '2.5.29.32', sequence()],
  [
    'the same policy twice',
    '2.5.29.32',
    sequence(...[1, 1].map(() => sequence(objectIdentifier('2.999.1')))),
  ],
  [
    'a mapping to any policy',
    '2.5.29.33',
    sequence(sequence(objectIdentifier('2.999.1'), objectIdentifier('2.5.29.32.0'))),
  ],
  ['policy constraints without constraints', '2.5.29.36', sequence()],
  ['an extended key usage without purposes', '2.5.29.37', sequence()],
  ['an inhibition that is no number', '2.5.29.54', sequence()],
]

describe('parseCertificate', () => {
  it('reads what a certificate says', async () => {
    const leaf = await makeLeaf({ extendedKeyUsage: ['1.0.18013.5.1.2', '2.999.3'] })
    expect(leaf).toMatchObject({
      serial: '2a17',
      subject: { text: 'CN=Issuer of Example' },
      issuer: { text: 'CN=Middle' },
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      publicKey: leafKey.publicJwk,
      isCa: false,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['1.0.18013.5.1.2', '2.999.3'],
      dnsNames: ['issuer.example'],
      uris: ['https://other.example/issuer'],
      authorityKeyId: encodeBase64url(bytes('middle')),
      signature: { scheme: { kind: 'ecdsa', hash: 'sha-384' } },
      unknownCritical: [],
    })
    expect(await makeMiddle({ pathLength: 0 })).toMatchObject({ isCa: true, pathLength: 0 })
  })

  it.skipIf(inBrowser).each(['P-256', 'P-384', 'P-521', 'Ed25519'] as const)(
    'agrees with Node on a %s certificate',
    async (curve) => {
      const { X509Certificate } = await import('node:crypto')
      const signer = makeSigner(curve)
      const certificate = await makeRoot({ key: signer.publicJwk, signer })
      const peer = new X509Certificate(certificate.der)
      expect(peer.verify(peer.publicKey)).toBe(true)
      expect(peer.publicKey.export({ format: 'jwk' })).toMatchObject({ ...certificate.publicKey })
      expect(peer.serialNumber.toLowerCase()).toBe(certificate.serial)
      expect(peer.validToDate.getTime() / 1000).toBe(certificate.notAfter)
    },
  )

  it.skipIf(inBrowser)(
    'reads the roots of the public web as Node does, and all but those on SHA-1 have signed themselves',
    async () => {
      const { rootCertificates } = await import('node:tls')
      const { X509Certificate } = await import('node:crypto')
      const unreadable = new Set<string>()
      for (const pem of rootCertificates) {
        const peer = new X509Certificate(pem)
        const parsed = parsePemCertificates(pem)
        if (!parsed.ok) {
          unreadable.add(`${parsed.error.code} ${peer.publicKey.asymmetricKeyDetails?.publicExponent}`)
          continue
        }
        const [certificate] = parsed.value
        expect(peer.publicKey.export({ format: 'jwk' })).toMatchObject({ ...certificate?.publicKey })
        expect(certificate).toMatchObject({ isCa: peer.ca, notAfter: peer.validToDate.getTime() / 1000 })
        expect(certificate?.keyUsage).toContain('keyCertSign')
        if (certificate?.signature === undefined) continue
        expect(await findSignatureFault(certificate, certificate.publicKey, nodeEngine)).toBeUndefined()
      }
      // One root has a small exponent.
      expect([...unreadable]).toEqual(['certificate_key_unsupported 43147'])
    },
  )

  it('reads a PEM bundle, and refuses one with a broken part', async () => {
    const pem = (der: Uint8Array) =>
      `-----BEGIN CERTIFICATE-----\n${encodeBase64(der).replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`
    const text = `# anchors\n${pem((await makeRoot()).der)}${pem((await makeMiddle()).der)}`
    const parsed = parsePemCertificates(text)
    expect(parsed.ok && parsed.value.map(({ subject }) => subject.text)).toEqual(['CN=Root', 'CN=Middle'])
    expect(parsePemCertificates(text + pem(sequence()))).toMatchObject({ ok: false })
    expect(parsePemCertificates('nothing')).toMatchObject({ ok: false })
  })

  it.each<[string, Changes, string]>([
    ['version 1', { version: 0 }, 'certificate_version_unsupported'],
    ['two algorithms', { innerScheme: { kind: 'ecdsa', hash: 'sha-512' } }, 'certificate_malformed'],
    [
      'an extension that is there twice',
      { keyUsage: [0], extra: [{ identifier: '2.5.29.15', critical: true }] },
      'certificate_extensions_malformed',
    ],
    ...MALFORMED_EXTENSIONS.map(([what, identifier, value]): [string, Changes, string] => [
      what,
      { extra: [{ identifier, critical: false, value }] },
      'certificate_extensions_malformed',
    ]),
  ])('refuses %s', async (_what, changes, code) => {
    const der = await makeCertificateDer({
      subject: 'A',
      issuer: 'B',
      key: root.publicJwk,
      signer: root,
      ...changes,
    })
    expect(parseCertificate(der)).toMatchObject({ ok: false, error: { code } })
  })

  it.each<[string, Changes, object]>([
    [
      'a malformed extension',
      { extra: [{ identifier: '2.5.29.31', critical: false }] },
      { extension: '2.5.29.31' },
    ],
    [
      'one that is there twice',
      { extra: [1, 2].map(() => ({ identifier: '2.999.7', critical: false })) },
      { extension: '2.999.7' },
    ],
    [
      'an unknown curve',
      { key: { ...makeSigner().publicJwk, crv: 'secp256k1' } as PublicJwk },
      { key: 'secp256k1' },
    ],
  ])('names the certificate with %s, and what it is', async (_what, changes, facts) => {
    const made = { subject: 'Ministry', issuer: 'B', key: root.publicJwk, signer: root, ...changes }
    const read = parseCertificate(await makeCertificateDer(made))
    expect(read).toMatchObject({ ok: false, error: { subject: 'CN=Ministry', ...facts } })
  })

  it('refuses a certificate with something after it, without its end, or too long', async () => {
    const { der } = await makeRoot()
    expect(parseCertificate(Uint8Array.from([...der, 0])).ok).toBe(false)
    expect(parseCertificate(der.subarray(0, -1)).ok).toBe(false)
    expect(parseCertificate(new Uint8Array(20_000))).toEqual({
      ok: false,
      error: { code: 'certificate_too_large' },
    })
  })

  it('answers any bytes, and any change of a good certificate, with a value or a refusal', async () => {
    const { der } = await makeLeaf()
    const change = fc.tuple(fc.nat(der.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = Uint8Array.from(der)
        for (const [at, byte] of changes) changed[at] = byte
        expect(parseCertificate(changed)).toHaveProperty('ok')
      }),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (any) => {
        expect(parseCertificate(any)).toHaveProperty('ok')
      }),
    )
  })
})

describe('a certification path', () => {
  it('leads from the leaf over an intermediate to the anchor', async () => {
    const path = await validate({ middle: { pathLength: 0 }, leaf: { notAfter: NOW + 50 } })
    expect(path).toMatchObject({
      ok: true,
      value: {
        leaf: { subject: { text: 'CN=Issuer of Example' } },
        anchor: { subject: { text: 'CN=Root' } },
        authorityKeyIds: ['bWlkZGxl', 'cm9vdA'],
        notAfter: NOW + 50,
      },
    })
  })

  it('may be as short as a leaf below the anchor', async () => {
    const leaf = await makeLeaf({ issuer: 'Root', signer: root, authorityKeyId: bytes('root') })
    const anchors = [
      await makeRoot({ key: makeSigner().publicJwk, subjectKeyId: undefined }),
      await makeRoot(),
    ]
    expect((await validatePath(toX5c(leaf), anchors, NOW, nodeEngine)).ok).toBe(true)
  })

  it.each<[string, Scene, string, number | undefined]>([
    ['an expired leaf', { leaf: { notAfter: NOW - 1 } }, 'certificate_expired', 0],
    ['an expired intermediate', { middle: { notAfter: NOW - 1 } }, 'certificate_expired', 1],
    ['an expired anchor', { root: { notAfter: NOW - 1 } }, 'certificate_expired', 2],
    ['a leaf of tomorrow', { leaf: { notBefore: NOW + 1 } }, 'certificate_not_yet_valid', 0],
    [
      'a leaf that signed itself',
      { leaf: { issuer: 'Issuer of Example', signer: leafKey } },
      'leaf_self_signed',
      undefined,
    ],
    ['a leaf that may not sign', { leaf: { keyUsage: [KEY_CERT_SIGN] } }, 'leaf_key_usage_wrong', 0],
    ['an intermediate that is no CA', { middle: { ca: false } }, 'issuer_not_ca', 1],
    ['an anchor that is no CA', { root: { ca: false } }, 'issuer_not_ca', 2],
    [
      'a CA that may not sign certificates',
      { middle: { keyUsage: [DIGITAL_SIGNATURE] } },
      'issuer_key_usage_wrong',
      1,
    ],
    ['a path longer than the anchor allows', { root: { pathLength: 0 } }, 'path_length_exceeded', 2],
    [
      'an unknown critical extension',
      { leaf: { extra: [{ identifier: '2.999.1', critical: true }] } },
      'extension_unknown',
      0,
    ],
    [
      'a CA that demands policies',
      {
        middle: {
          extra: [{ identifier: '2.5.29.36', critical: false, value: sequence(der(0x80, Uint8Array.of(0))) }],
        },
      },
      'extension_unknown',
      1,
    ],
    [
      'a name outside of those that its CA may give',
      { middle: { extra: [nameConstraints({ permitted: [generalName.dnsName('other.example')] })] } },
      'name_not_permitted',
      0,
    ],
    ['a leaf of another issuer', { leaf: { issuer: 'Muddle' } }, 'name_chain_broken', 0],
    ['a forged leaf', { leaf: { signer: makeSigner('P-384') } }, 'certificate_signature_invalid', 0],
    ['a forged intermediate', { middle: { signer: makeSigner() } }, 'certificate_signature_invalid', 1],
    ['a leaf signed on another curve', { leaf: { signer: root } }, 'certificate_signature_invalid', 0],
    [
      'a leaf signed with another kind of key',
      { leaf: { signer: makeSigner('Ed25519') } },
      'certificate_algorithm_unsupported',
      0,
    ],
    ['an anchor of another name', { root: { subject: 'Other' } }, 'anchor_unknown', undefined],
    [
      'an anchor with another key id',
      { root: { subjectKeyId: bytes('other') } },
      'anchor_unknown',
      undefined,
    ],
  ])('is refused for %s', async (_what, scene, code, position) => {
    expect(await validate(scene)).toEqual({
      ok: false,
      error: position === undefined ? { code } : { code, position },
    })
  })

  it('is found although names are written in another case, with other spaces', async () => {
    const leaf = await makeLeaf({ issuer: ' mIDDLE ' })
    const between = await makeMiddle({ issuer: 'ROOT' })
    expect((await validatePath(toX5c(leaf, between), [await makeRoot()], NOW, nodeEngine)).ok).toBe(true)
  })

  describe('for a purpose', () => {
    const wanted = { extendedKeyUsage: ['2.999.1', '2.999.2'] }
    const judge = async (scene: Scene) => {
      const [leaf, between, anchor] = [
        await makeLeaf(scene.leaf),
        await makeMiddle(scene.middle),
        await makeRoot(scene.root),
      ]
      const path = await validatePath(toX5c(leaf, between), [anchor], NOW, nodeEngine, wanted)
      return path.ok ? 'valid' : path.error
    }
    const leaf = { extendedKeyUsage: ['2.999.2'] }

    it('needs a leaf that lists it', async () => {
      expect(await judge({ leaf })).toBe('valid')
      const code = 'extended_key_usage_wrong'
      expect(await judge({})).toEqual({ code, position: 0 })
      expect(await judge({ leaf: { extendedKeyUsage: ['2.999.3'] } })).toEqual({ code, position: 0 })
      // Any purpose is none in particular.
      expect(await judge({ leaf: { extendedKeyUsage: ['2.5.29.37.0'] } })).toEqual({ code, position: 0 })
    })

    it('needs CAs that do not rule it out', async () => {
      const code = 'extended_key_usage_wrong'
      expect(await judge({ leaf, middle: { extendedKeyUsage: ['2.999.3'] } })).toEqual({ code, position: 1 })
      expect(await judge({ leaf, root: { extendedKeyUsage: ['2.999.3'] } })).toEqual({ code, position: 2 })
      expect(await judge({ leaf, middle: { extendedKeyUsage: ['2.999.1'] } })).toBe('valid')
      expect(await judge({ leaf, middle: { extendedKeyUsage: ['2.5.29.37.0'] } })).toBe('valid')
    })
  })

  it('may reach up to its anchor where that is put up with, but not be the anchor', async () => {
    const [leaf, between, anchor] = [await makeLeaf(), await makeMiddle(), await makeRoot()]
    const rules = { acceptAnchorInChain: true }
    const judge = (...chain: readonly Certificate[]) =>
      validatePath(toX5c(...chain), [anchor, between], NOW, nodeEngine, rules)
    expect(await judge(leaf, between, anchor)).toMatchObject({ ok: true, value: { intermediates: [] } })
    expect(await judge(leaf, between)).toMatchObject({ ok: true })
    expect(await judge(between, anchor)).toMatchObject({ error: { code: 'anchor_in_chain' } })
  })

  it('is refused where the anchor is part of it, where it is empty, too long or not base64', async () => {
    const [leaf, between, anchor] = [await makeLeaf(), await makeMiddle(), await makeRoot()]
    const x5c = toX5c(leaf, between, anchor)
    const refusal = async (entries: readonly string[]) => {
      const path = await validatePath(entries, [anchor], NOW, nodeEngine)
      return path.ok ? undefined : path.error
    }
    expect(await refusal(x5c)).toEqual({ code: 'anchor_in_chain' })
    expect(await refusal([])).toEqual({ code: 'chain_empty' })
    expect(await refusal(Array(7).fill(x5c[0]))).toEqual({ code: 'chain_too_long' })
    expect(await refusal([x5c[0] ?? '', '!'])).toEqual({ code: 'certificate_malformed', position: 1 })
    expect(await refusal(['A'.repeat(40_000)])).toEqual({ code: 'certificate_too_large', position: 0 })
    expect(await refusal(toX5c(leaf))).toEqual({ code: 'anchor_unknown' })
    expect(await refusal(toX5c(between, leaf))).toMatchObject({ position: 0 })
  })
})

describe('authorityKeyIdsOf', () => {
  it('collects them from every readable certificate', async () => {
    const x5c = toX5c(await makeLeaf(), await makeMiddle())
    expect(authorityKeyIdsOf([...x5c, 'AAAA'])).toEqual(['bWlkZGxl', 'cm9vdA'])
  })
})
