/** A device's MAC over OpenID4VP (ISO/IEC 18013-5 §9.1.3.5): under a key that was agreed on with the key that the answer is encrypted for. */
import { type CborInput, type CborKey, isBytes, mapOf } from '@countersign/crypto/cbor/value'
import { writeCoseKey } from '@countersign/crypto/cose/key'
import { makeKeyAgreement, makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import type { RequestBinding, VerifyInput } from '../contract/format.ts'
import { macDevice } from './device-signed/device-auth.ts'
import { BINDING, DOC_TYPE, embedded, type Forgery, faults, NAMESPACE, transcriptOf } from './mdoc.testing.ts'

const [device, reader, stranger] = [makeKeyAgreement(), makeKeyAgreement(), makeKeyAgreement()]
const ENCRYPTED: RequestBinding = {
  ...BINDING,
  encryptionKeyThumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
}
const NOTHING = embedded(new Map())

type Mac = readonly CborInput[]

interface Made {
  readonly by?: typeof device
  readonly for?: typeof reader
  readonly about?: Partial<RequestBinding>
  readonly docType?: string
  readonly deviceNameSpaces?: CborInput
  readonly change?: (mac: Mac) => Mac
}

async function proven({
  about = {},
  by = device,
  change = (mac) => mac,
  deviceNameSpaces = NOTHING,
  docType = DOC_TYPE,
  for: made = reader,
}: Made = {}): Promise<Forgery> {
  const transcript = await transcriptOf({ ...ENCRYPTED, ...about })
  const mac = await macDevice({ docType, deviceNameSpaces }, transcript, by.agree, made.publicJwk, nodeEngine)
  if (!mac.ok || !Array.isArray(mac.value)) throw new Error('no MAC')
  const deviceMac = change(mac.value)
  return {
    deviceKeyInfo: { deviceKey: writeCoseKey(device.publicJwk) },
    deviceAuth: mapOf({ deviceMac }),
  }
}

const judged = (forgery: Forgery, changes: Partial<VerifyInput> = {}) =>
  faults(forgery, { binding: ENCRYPTED, readerAgreement: reader.agree, ...changes })

const withTag = (change: (tag: Uint8Array) => Uint8Array) => (mac: Mac) =>
  mac.map((part, at) => (at === 3 && isBytes(part) ? change(part) : part))
/** `h'a10104'`: a protected header with this algorithm; the tag is not made again. */
const withAlgorithm =
  (header: Uint8Array, unprotected: CborInput = new Map()) =>
  ([, , ...rest]: Mac) => [header, unprotected, ...rest]

describe('a device MAC', () => {
  it('binds an answer that is encrypted', async () => {
    expect(await judged(await proven())).toEqual([])
    const dcApi = { audience: 'origin:https://verifier.example', responseUri: undefined }
    expect(await judged(await proven({ about: dcApi }), { binding: { ...ENCRYPTED, ...dcApi } })).toEqual([])
  })

  it('is none in the clear, where there is no key to agree with', async () => {
    expect(await judged(await proven(), { readerAgreement: undefined })).toEqual([
      'holder_binding: device_mac_without_encryption',
    ])
  })

  it('is not looked at where the verifier waives it', async () => {
    expect(await judged(await proven({ by: stranger }), { binding: undefined })).toEqual([
      'holder_binding: undefined',
    ])
  })

  it('does not confirm a transaction', async () => {
    const binding = { ...ENCRYPTED, transactionData: ['eyJ0eXBlIjoicGF5In0'] }
    expect(await judged(await proven(), { binding })).toEqual([
      'holder_binding: transaction_data_unsupported',
    ])
  })

  it('leaves signatures what they are', async () => {
    const transcript = await transcriptOf(ENCRYPTED)
    expect(await judged({ transcript })).toEqual([])
    expect(await judged({ transcript, deviceSigner: makeSigner() })).toEqual([
      'holder_binding: signature_invalid',
    ])
  })

  it.each<[string, Made]>([
    ['by another device', { by: stranger }],
    ['for the key of another reader', { for: stranger }],
    ['for another verifier', { about: { audience: 'x509_hash:other' } }],
    ['for another nonce', { about: { nonce: 'other' } }],
    ['for another address', { about: { responseUri: 'https://verifier.example/response/2' } }],
    ['for another encryption key', { about: { encryptionKeyThumbprint: 'A'.repeat(43) } }],
    ['for an answer in the clear', { about: { encryptionKeyThumbprint: undefined } }],
    ['for a browser', { about: { audience: 'origin:https://verifier.example' } }],
    ['of another document type', { docType: 'org.iso.23220.photoid.1' }],
    ['of what the device did not send', { deviceNameSpaces: embedded(mapOf({ [NAMESPACE]: mapOf({}) })) }],
    ['without its tag', { change: withTag(() => new Uint8Array()) }],
    ['of 64 bits', { change: withTag((tag) => tag.slice(0, 8)) }],
    ['that lacks its last byte', { change: withTag((tag) => tag.slice(0, -1)) }],
    ['with a byte behind it', { change: withTag((tag) => Uint8Array.of(...tag, 0)) }],
    ['with another bit', { change: withTag((tag) => tag.with(31, (tag[31] ?? 0) ^ 1)) }],
    ['of zeros', { change: withTag((tag) => tag.fill(0)) }],
    // {1: 5, 4: h'00'}
    [
      'whose header was exchanged',
      { change: withAlgorithm(Uint8Array.of(0xa2, 0x01, 0x05, 0x04, 0x41, 0x00)) },
    ],
  ])('is none %s', async (_, made) => {
    expect(await judged(await proven(made))).toEqual(['holder_binding: mac_invalid'])
  })

  it.each<[string, (mac: Mac) => Mac]>([
    ['HMAC 256/64', withAlgorithm(Uint8Array.of(0xa1, 0x01, 0x04))],
    ['HMAC 384/384', withAlgorithm(Uint8Array.of(0xa1, 0x01, 0x06))],
    ['a signature', withAlgorithm(Uint8Array.of(0xa1, 0x01, 0x26))],
    ['no algorithm', withAlgorithm(new Uint8Array())],
    ['an algorithm that nothing covers', withAlgorithm(new Uint8Array(), new Map([[1, 5]]))],
  ])('is none by %s', async (_, change) => {
    expect(await judged(await proven({ change }))).toEqual(['holder_binding: alg_not_allowed'])
  })

  it('is none where it brings what it covers', async () => {
    const change = (mac: Mac) => mac.toSpliced(2, 1, new Uint8Array(3))
    expect(await judged(await proven({ change }))).toEqual(['holder_binding: payload_ambiguous'])
  })

  const ofKey = async (deviceKey: CborInput) => judged({ ...(await proven()), deviceKeyInfo: { deviceKey } })
  const labelled = (...labels: (readonly [CborKey, CborInput])[]) =>
    new Map<CborKey, CborInput>([...writeCoseKey(device.publicJwk), ...labels])

  it('is none by a key that cannot agree with that of the reader', async () => {
    for (const signer of [makeSigner('P-384'), makeSigner('Ed25519'), makeSigner('RS256')])
      expect(await ofKey(writeCoseKey(signer.publicJwk))).toEqual(['holder_binding: device_key_unusable'])
    // No point of the curve.
    expect(await ofKey(labelled([-3, new Uint8Array(32).fill(1)]))).toEqual([
      'holder_binding: device_key_unusable',
    ])
  })

  it('is by a key for agreement, and by none for signatures alone', async () => {
    expect(await ofKey(labelled([4, [7]]))).toEqual([])
    expect(await ofKey(labelled([4, [2, 8]]))).toEqual([])
    for (const key of [labelled([4, [2]]), labelled([3, -7]), labelled([3, -7], [4, [2, 7]])])
      expect(await ofKey(key)).toEqual(['holder_binding: alg_key_mismatch'])
  })
})
