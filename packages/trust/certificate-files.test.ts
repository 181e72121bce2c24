import { encodeUtf8 } from '@countersign/core/base64url'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import {
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  makeCertificateDer,
  NOT_AFTER,
  NOT_BEFORE,
  toX5c,
} from '@countersign/testing/forging/certificates'
import { certificateExpiry, expiryOf } from '@countersign/x509/certificate-expiry'
import { toPem } from '@countersign/x509/pem'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anchorsOfFile, pinsOfFile, readCertificateFile } from './certificate-files.ts'
import { reasonOf } from './unusable-certificate.ts'

const DAY = 86_400
const signer = makeSigner('P-256')
const make = (subject: string, notAfter = NOT_AFTER, notBefore = NOT_BEFORE) =>
  makeCertificate({
    subject,
    issuer: 'CA',
    key: signer.publicJwk,
    signer,
    keyUsage: [0],
    notAfter,
    notBefore,
  })

const [a, b] = [await make('A'), await make('B')]
const read = (text: string) => readCertificateFile(encodeUtf8(text))

describe('a file of certificates', () => {
  it('is a PEM bundle with anything around, or one certificate in DER', () => {
    const bundle = read(`# ours\n${toPem([a])}\nsubject=B\r\n${toPem([b]).replaceAll('\n', '\r\n')}`)
    expect(bundle.ok && bundle.value.certificates.map(({ subject }) => subject.text)).toEqual([
      'CN=A',
      'CN=B',
    ])
    const der = readCertificateFile(a.der)
    expect(der.ok && der.value.certificates.map(({ subject }) => subject.text)).toEqual(['CN=A'])
  })

  it('becomes anchors or pins with the scope that it was given for', () => {
    const scope = { source: 'anchors.pem', types: ['urn:example'] }
    expect(anchorsOfFile(a.der, scope)).toMatchObject({ value: { list: { anchors: [scope], pins: [] } } })
    expect(pinsOfFile(a.der, scope)).toMatchObject({ value: { list: { anchors: [], pins: [scope] } } })
    expect(anchorsOfFile(new Uint8Array(), scope)).toEqual({ ok: false, error: { code: 'no_certificate' } })
    expect(pinsOfFile(new Uint8Array(), scope)).toEqual({ ok: false, error: { code: 'no_certificate' } })
  })

  it('is used without a certificate of a kind that is not read, and names it', async () => {
    // A curve that nobody knows in place of P-256, with a name of the same length.
    const foreign = Uint8Array.from(b.der)
    const curve = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
    const at = foreign.findIndex((_byte, from) =>
      curve.every((byte, place) => foreign[from + place] === byte),
    )
    expect(at).toBeGreaterThan(0)
    foreign[at + curve.length - 1] = 0x7f
    const text = toPem([a, { ...b, der: foreign }, b])
    expect(read(text)).toMatchObject({
      value: {
        certificates: [{ der: a.der }, { der: b.der }],
        skipped: [
          { index: 1, code: 'certificate_key_unsupported', subject: 'CN=B', key: '1.2.840.10045.3.1.127' },
        ],
      },
    })
    const alone = toPem([{ ...b, der: foreign }])
    const error = { code: 'certificate_key_unsupported', index: 0, subject: 'CN=B' }
    expect(read(alone)).toMatchObject({ ok: false, error })
    const bundle = read(text)
    const reasons = bundle.ok && bundle.value.skipped.map((one) => reasonOf(one, 'certificate 2'))
    expect(reasons).toEqual(['certificate_key_unsupported (certificate 2, CN=B, 1.2.840.10045.3.1.127)'])
  })

  it('names the anchors that no chain can lead to, and counts the others', async () => {
    const signer = makeSigner()
    const ca = {
      subject: 'Root',
      issuer: 'Root',
      key: signer.publicJwk,
      signer,
      ca: true,
      keyUsage: [KEY_CERT_SIGN],
    }
    const unknown = await makeCertificate({ ...ca, extra: [{ identifier: '2.999.5', critical: true }] })
    const broken = await makeCertificateDer({ ...ca, extra: [{ identifier: '2.5.29.31', critical: false }] })
    const [good, leaf, mute] = [
      await makeCertificate(ca),
      await makeCertificate({ ...ca, subject: 'Leaf', ca: false }),
      await makeCertificate({ ...ca, subject: 'Mute', keyUsage: [DIGITAL_SIGNATURE] }),
    ]
    const bundle = encodeUtf8(toPem([unknown, { ...good, der: broken }, good, leaf, mute]))
    expect(anchorsOfFile(bundle, {})).toMatchObject({
      value: {
        usable: 1,
        skipped: [
          { index: 1, code: 'certificate_extensions_malformed', subject: 'CN=Root', extension: '2.5.29.31' },
          { index: 0, code: 'extension_unknown', subject: 'CN=Root', extension: '2.999.5' },
          { index: 3, code: 'issuer_not_ca', subject: 'CN=Leaf' },
          { index: 4, code: 'issuer_key_usage_wrong', subject: 'CN=Mute' },
        ],
      },
    })
    // Pins count as they are.
    expect(pinsOfFile(bundle, {})).toMatchObject({ value: { usable: 4, skipped: [{ index: 1 }] } })
  })

  it.each<[string, string, object]>([
    ['nothing in it', 'nothing', { code: 'no_certificate' }],
    [
      'a broken certificate',
      toPem([a, b]).replace(/(B E|MII)/, 'AAA'),
      { code: 'certificate_malformed', index: 0 },
    ],
    [
      'a block without end',
      `${toPem([a])}-----BEGIN CERTIFICATE-----\nAAAA`,
      { code: 'block_not_closed', index: 1 },
    ],
    [
      'a block within a block',
      toPem([a, b]).replace('-----END CERTIFICATE-----', ''),
      { code: 'block_not_closed', index: 0 },
    ],
    ['a private key', `${toPem([a])}-----BEGIN EC PRIVATE KEY-----`, { code: 'private_key_in_file' }],
    [
      'a thousand and one certificates',
      toPem(Array(1001).fill(a)),
      { code: 'file_too_large', reason: 'limit 1000 certificates' },
    ],
    ['no end', ' '.repeat(5_000_000), { code: 'file_too_large', reason: 'limit 4194304 bytes' }],
  ])('is refused with %s', (_what, text, error) => {
    expect(read(text)).toEqual({ ok: false, error })
  })

  it('is refused when it is neither text nor DER', () => {
    expect(readCertificateFile(Uint8Array.of(0xff, 0xfe))).toEqual({
      ok: false,
      error: { code: 'no_certificate' },
    })
    expect(readCertificateFile(Uint8Array.of(0x30, 0))).toEqual({
      ok: false,
      error: { code: 'certificate_malformed', index: 0 },
    })
  })

  it('answers any bytes with a value or a refusal', () => {
    const parts = fc.array(fc.oneof(fc.string(), fc.constantFrom(...toPem([a]).split('\n'))), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          parts.map((lines) => encodeUtf8(lines.join('\n'))),
        ),
        (bytes) => {
          expect(readCertificateFile(bytes)).toHaveProperty('ok')
        },
      ),
    )
  })
})

describe('the end of a chain', () => {
  it.each([
    [31 * DAY, 'fine', 31],
    [30 * DAY - 1, 'soon', 29],
    [7 * DAY - 1, 'urgent', 6],
    [0, 'urgent', 0],
    [-1, 'expired', -1],
  ])('%d seconds ahead is %s', (left, level, daysLeft) => {
    expect(certificateExpiry(toX5c(a), NOT_AFTER - left)).toEqual({
      expiresAt: NOT_AFTER,
      daysLeft,
      level,
      subject: 'CN=A',
      position: 0,
    })
  })

  it('is that of the certificate that ends first', async () => {
    const early = await make('Early', NOT_AFTER - 10 * DAY)
    expect(expiryOf([a, early, b], NOT_AFTER - 20 * DAY, { soonDays: 11, urgentDays: 5 })).toMatchObject({
      level: 'soon',
      subject: 'CN=Early',
      position: 1,
    })
  })

  it('is not what matters before it has begun', async () => {
    const late = await make('Late', NOT_AFTER, NOT_BEFORE + DAY)
    expect(expiryOf([a, late], NOT_BEFORE)).toMatchObject({ level: 'not_yet_valid' })
    expect(expiryOf([a, late], NOT_AFTER + 1)).toMatchObject({ level: 'expired' })
  })

  it('is unknown for no chain and for one that cannot be read', () => {
    expect(certificateExpiry([], NOT_BEFORE)).toBeUndefined()
    expect(certificateExpiry(['AAAA'], NOT_BEFORE)).toBeUndefined()
  })
})
