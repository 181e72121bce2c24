import { encodeBase64 } from '@countersign/core/base64url'
import type { SignatureHash, SignatureScheme } from '@countersign/crypto/signature-algorithm'
import type { CertifierKey } from '@countersign/testing/engines/certifier'
import { makeCertifier, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  algorithmIdentifier,
  type CertificateRequest,
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  pssParameters,
  toX5c,
} from '@countersign/testing/forging/certificates'
import { describe, expect, it } from 'vitest'
import { readDer, readSequence, TAG } from './asn1/der.ts'
import { bitString, element as der, nullValue, objectIdentifier, sequence } from './asn1/der-writer.ts'
import { OID } from './asn1/object-identifiers.ts'
import { readSignature } from './certificate-signature.ts'
import { validatePath } from './certification-path.ts'
import { readPssParameters } from './pss-parameters.ts'

const NOW = 1_780_000_000
const HASHES: readonly SignatureHash[] = ['sha-256', 'sha-384', 'sha-512']
const LEAF = {
  subject: 'Leaf',
  issuer: 'CA',
  key: makeSigner('P-256', 'leaf').publicJwk,
  keyUsage: [DIGITAL_SIGNATURE],
}

type Pair = readonly [kind: CertifierKey, scheme: SignatureScheme]

/** All that a certificate may be signed with; of PSS no salt, the defaults of RFC 4055 and of JOSE, and as much as fits. */
const PAIRS: readonly Pair[] = [
  ...(['P-256', 'P-384', 'P-521'] as const).flatMap((curve) =>
    HASHES.map((hash): Pair => [curve, { kind: 'ecdsa', hash }]),
  ),
  ['Ed25519', { kind: 'eddsa' }],
  ...HASHES.map((hash): Pair => ['RSA', { kind: 'rsa-pkcs1', hash }]),
  ...HASHES.map((hash, at): Pair => ['RSA', { kind: 'rsa-pss', hash, saltLength: [32, 48, 64][at] ?? 0 }]),
  ...[0, 20, 222].map((saltLength): Pair => ['RSA', { kind: 'rsa-pss', hash: 'sha-256', saltLength }]),
]

const named = ([kind, scheme]: Pair) => ({
  what: `${kind} with ${Object.values(scheme).join(' ')}`,
  kind,
  scheme,
})

async function certified(kind: CertifierKey, scheme: SignatureScheme, changes: Partial<CertificateRequest>) {
  const signer = makeCertifier(kind, scheme)
  const key = signer.publicJwk
  const ca = { subject: 'CA', issuer: 'CA', key, signer, ca: true, keyUsage: [KEY_CERT_SIGN] }
  const leaf = { ...LEAF, signer, ...changes }
  return { anchor: await makeCertificate(ca), leaf: await makeCertificate(leaf) }
}

async function judge(kind: CertifierKey, scheme: SignatureScheme, changes: Partial<CertificateRequest> = {}) {
  const { anchor, leaf } = await certified(kind, scheme, changes)
  const path = await validatePath(toX5c(leaf), [anchor], NOW, nodeEngine)
  return path.ok ? 'valid' : path.error.code
}

describe('the signature of a certificate', () => {
  it.each(PAIRS.map(named))('by $what is judged as it says', async ({ kind, scheme }) => {
    expect(await judge(kind, scheme)).toBe('valid')
    expect(await judge(kind, scheme, { signer: makeCertifier(kind, scheme) })).toBe(
      'certificate_signature_invalid',
    )
  })

  it.each(PAIRS.filter(([, { kind }]) => kind !== 'eddsa').map(named))(
    'by $what is none of another hash',
    async ({ kind, scheme }) => {
      const signer = makeCertifier(kind, scheme)
      const key = signer.publicJwk
      const ca = await makeCertificate({ subject: 'CA', issuer: 'CA', key, signer, ca: true })
      for (const hash of HASHES.filter((other) => 'hash' in scheme && other !== scheme.hash)) {
        const claimed = { ...scheme, hash } as SignatureScheme
        const says = { publicJwk: key, scheme: claimed, sign: (data: Uint8Array) => signer.sign(data) }
        const leaf = await makeCertificate({ ...LEAF, signer: says })
        const path = await validatePath(toX5c(leaf), [ca], NOW, nodeEngine)
        expect(path).toEqual({ ok: false, error: { code: 'certificate_signature_invalid', position: 0 } })
      }
    },
  )

  it('is not asked for by a key of another kind', async () => {
    for (const [kind, scheme] of PAIRS) {
      const other = PAIRS.find(([otherKind]) => otherKind !== kind && (otherKind === 'RSA' || kind === 'RSA'))
      const signer = makeCertifier(...(other ?? ['Ed25519', { kind: 'eddsa' }]))
      expect(await judge(kind, scheme, { signer })).toBe('certificate_algorithm_unsupported')
    }
  })

  it('has to have exactly the salt that it names', async () => {
    const signer = makeCertifier('RSA', { kind: 'rsa-pss', hash: 'sha-256', saltLength: 32 })
    const says = { ...signer, scheme: { kind: 'rsa-pss', hash: 'sha-256', saltLength: 20 } } as const
    const key = signer.publicJwk
    const ca = await makeCertificate({ subject: 'CA', issuer: 'CA', key, signer, ca: true })
    const leaf = await makeCertificate({ ...LEAF, signer: says })
    const path = await validatePath(toX5c(leaf), [ca], NOW, nodeEngine)
    expect(path).toMatchObject({ error: { code: 'certificate_signature_invalid' } })
  })

  it('is refused in every spelling of r and s but the one of DER', async () => {
    const { anchor, leaf } = await certified('P-384', { kind: 'ecdsa', hash: 'sha-256' }, {})
    const [tbs, algorithm] = readSequence(leaf.der) ?? []
    const good = leaf.signature?.value ?? new Uint8Array()
    const spellings = {
      itself: good,
      'r‖s': new Uint8Array(96).fill(1),
      'with a byte after it': Uint8Array.of(...good, 0),
      nothing: new Uint8Array(),
      'two zeros': Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0),
      'a negative number': Uint8Array.of(0x30, 6, 2, 1, 0x81, 2, 1, 1),
      'wider numbers': sequence(...[1, 2].map(() => der(0x02, new Uint8Array(49).fill(1)))),
    }
    const verdicts = Object.entries(spellings).map(async ([what, signature]) => {
      const forged = sequence(tbs?.whole ?? good, algorithm?.whole ?? good, bitString(signature))
      const x5c = [encodeBase64(forged)]
      const path = await validatePath(x5c, [anchor], NOW, nodeEngine)
      return [what, path.ok ? 'valid' : path.error.code]
    })
    const { itself, ...others } = Object.fromEntries(await Promise.all(verdicts)) as Record<string, string>
    expect(itself).toBe('valid')
    expect(new Set(Object.values(others))).toEqual(new Set(['certificate_signature_invalid']))
  })
})

const read = (identifier: Uint8Array) => {
  const element = readDer(identifier, TAG.sequence)
  if (element === undefined) throw new Error('no sequence')
  return readSignature(element, readDer(bitString(Uint8Array.of(1)), TAG.bitString))
}
const pss = (parameters: Uint8Array) => readPssParameters(readDer(parameters, TAG.sequence))
const hashField = (tag: number, ...parts: readonly Uint8Array[]) => der(tag, sequence(...parts))
const sha256 = objectIdentifier(OID.sha256)
const mask = hashField(0xa1, objectIdentifier(OID.mgf1), sequence(sha256))

describe('the name of a signature', () => {
  it.each<[string, Uint8Array, 'malformed' | undefined]>([
    ['ECDSA with SHA-1', sequence(objectIdentifier('1.2.840.10045.4.1')), undefined],
    ['ECDSA with SHA-224', sequence(objectIdentifier('1.2.840.10045.4.3.1')), undefined],
    ['RSA with SHA-1', sequence(objectIdentifier('1.2.840.113549.1.1.5'), nullValue()), undefined],
    ['RSA with MD5', sequence(objectIdentifier('1.2.840.113549.1.1.4'), nullValue()), undefined],
    ['Ed448', sequence(objectIdentifier('1.3.101.113')), undefined],
    ['ECDSA with NULL', sequence(objectIdentifier(OID.ecdsaWithSha256), nullValue()), 'malformed'],
    ['Ed25519 with NULL', sequence(objectIdentifier(OID.ed25519), nullValue()), 'malformed'],
    [
      'RSA with a number',
      sequence(objectIdentifier(OID.rsaWithSha256), der(0x02, Uint8Array.of(1))),
      'malformed',
    ],
    [
      'RSA with two parameters',
      sequence(objectIdentifier(OID.rsaWithSha256), nullValue(), nullValue()),
      'malformed',
    ],
    ['PSS without parameters, which means SHA-1', sequence(objectIdentifier(OID.rsaPss)), undefined],
    ['nothing', sequence(), 'malformed'],
  ])('%s is none', (_what, identifier, expected) => {
    expect(read(identifier)).toBe(expected)
  })

  it('of RSA is the same with NULL and without', () => {
    const expected = { scheme: { kind: 'rsa-pkcs1', hash: 'sha-384' } }
    expect(read(sequence(objectIdentifier(OID.rsaWithSha384)))).toMatchObject(expected)
    expect(read(algorithmIdentifier({ kind: 'rsa-pkcs1', hash: 'sha-384' }))).toMatchObject(expected)
  })
})

describe('parameters of PSS', () => {
  it.each<[string, Uint8Array, number]>([
    ['a salt of 32 bytes', pssParameters('sha-256', 32), 32],
    ['a salt of 222 bytes', pssParameters('sha-256', 222), 222],
    ['a salt of 300 bytes', pssParameters('sha-256', 300), 300],
    ['no salt', pssParameters('sha-256', 0), 0],
    ['the default salt', sequence(hashField(0xa0, sha256), mask), 20],
    [
      'the trailer that is always meant',
      sequence(hashField(0xa0, sha256), mask, der(0xa3, der(0x02, Uint8Array.of(1)))),
      20,
    ],
  ])('are read with %s', (_what, parameters, saltLength) => {
    expect(pss(parameters)).toEqual({ hash: 'sha-256', saltLength })
  })

  it.each<[string, Uint8Array]>([
    ['another hash for the mask', pssParameters('sha-256', 32, 'sha-512')],
    ['no hash, which means SHA-1', sequence(mask)],
    ['no mask, which means SHA-1', sequence(hashField(0xa0, sha256))],
    ['SHA-1', sequence(hashField(0xa0, objectIdentifier('1.3.14.3.2.26')), mask)],
    ['another trailer', sequence(hashField(0xa0, sha256), mask, der(0xa3, der(0x02, Uint8Array.of(2))))],
    ['a negative salt', sequence(hashField(0xa0, sha256), mask, der(0xa2, der(0x02, Uint8Array.of(0xff))))],
    [
      'a salt of a million bytes',
      sequence(hashField(0xa0, sha256), mask, der(0xa2, der(0x02, Uint8Array.of(1, 0, 0)))),
    ],
    [
      'two salts',
      sequence(hashField(0xa0, sha256), mask, ...[1, 2].map(() => der(0xa2, der(0x02, Uint8Array.of(1))))),
    ],
    ['fields in another order', sequence(mask, hashField(0xa0, sha256))],
    ['a field that is none', sequence(hashField(0xa0, sha256), mask, der(0xa4))],
  ])('are refused with %s', (_what, parameters) => {
    expect(pss(parameters)).toBeUndefined()
  })
})
