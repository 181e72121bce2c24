import { type CborInput, type CborKey, mapOf, tagged } from '@countersign/crypto/cbor/value'
import { writeCoseKey } from '@countersign/crypto/cose/key'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import type { RequestBinding } from '../contract/format.ts'
import { deviceAuthenticationBytes } from './device-signed/device-auth.ts'
import {
  BINDING,
  DOC_TYPE,
  embedded,
  type Forgery,
  faults,
  holder,
  LOCAL_NAMESPACE,
  NAMESPACE,
  transcriptOf,
  verified,
} from './mdoc.testing.ts'

describe('holder binding', () => {
  const under = (change: Partial<RequestBinding>, forgery: Forgery = {}) =>
    faults(forgery, { binding: { ...BINDING, ...change } })

  it('is skipped where the verifier waives it', async () => {
    expect(await faults({ deviceSigner: makeSigner() }, { binding: undefined })).toEqual([
      'holder_binding: undefined',
    ])
  })

  it.each<[string, Partial<RequestBinding>]>([
    ['verifier', { audience: 'x509_hash:other' }],
    ['nonce', { nonce: 'other' }],
    ['response URI', { responseUri: 'https://verifier.example/response/2' }],
    ['encryption key', { encryptionKeyThumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' }],
    ['invocation', { audience: 'origin:https://verifier.example' }],
  ])('of an answer to another %s fails', async (_, change) => {
    expect(await under(change)).toEqual(['holder_binding: signature_invalid'])
  })

  it('over the Digital Credentials API is to the origin', async () => {
    const binding: RequestBinding = { audience: 'origin:https://verifier.example', nonce: BINDING.nonce }
    const forgery = { transcript: await transcriptOf(binding) }
    expect(await faults(forgery, { binding })).toEqual([])
    const elsewhere = { ...binding, audience: 'origin:https://attacker.example' }
    expect(await faults(forgery, { binding: elsewhere })).toEqual(['holder_binding: signature_invalid'])
    expect(await faults(forgery, { binding: { ...binding, audience: 'https://verifier.example' } })).toEqual([
      'holder_binding: response_uri_missing',
    ])
  })

  it('to the handover of another specification fails', async () => {
    const hash = new Uint8Array(32)
    const transcript: CborInput = [null, null, [hash, hash, BINDING.nonce]]
    expect(await faults({ transcript })).toEqual(['holder_binding: signature_invalid'])
  })

  it('by another key fails', async () => {
    expect(await faults({ deviceSigner: makeSigner() })).toEqual(['holder_binding: signature_invalid'])
    expect(await faults({ deviceSigner: makeSigner('Ed25519') })).toEqual([
      'holder_binding: alg_key_mismatch',
    ])
    expect(await faults({ deviceSigner: makeSigner('RS256') })).toEqual(['holder_binding: alg_not_allowed'])
  })

  it('to another document type fails', async () => {
    expect(await faults({ deviceDocType: 'org.iso.23220.photoid.1' })).toEqual([
      'holder_binding: signature_invalid',
    ])
  })

  it('with a device key that is for agreement alone fails', async () => {
    const deviceKey = new Map<CborKey, CborInput>([...writeCoseKey(holder.publicJwk), [4, [7]]])
    expect(await faults({ deviceKeyInfo: { deviceKey } })).toEqual(['holder_binding: alg_key_mismatch'])
  })

  it('with a signature that brings its own payload fails', async () => {
    const statement = { docType: DOC_TYPE, deviceNameSpaces: embedded(new Map()) }
    const payload = deviceAuthenticationBytes(statement, await transcriptOf(BINDING))
    const deviceSignature = await signCoseSign1({ protectedHeader: new Map(), payload }, holder)
    expect(await faults({ deviceAuth: mapOf({ deviceSignature }) })).toEqual([
      'holder_binding: payload_ambiguous',
    ])
  })

  it('that was to confirm a transaction fails, since nothing confirms it', async () => {
    expect(await under({ transactionData: ['eyJ0eXBlIjoicGF5In0'] })).toEqual([
      'holder_binding: transaction_data_unsupported',
    ])
  })

  describe('of elements that the device says itself', () => {
    const deviceNameSpaces = embedded(mapOf({ [NAMESPACE]: mapOf({ given_name: 'Max', location: 'here' }) }))
    const authorized = (keyAuthorizations: CborInput): Forgery => ({
      deviceNameSpaces,
      deviceKeyInfo: { keyAuthorizations },
    })

    it.each<[string, Forgery]>([
      ['nothing', { deviceNameSpaces }],
      ['another namespace', authorized(mapOf({ nameSpaces: [LOCAL_NAMESPACE] }))],
      ['one element of two', authorized(mapOf({ dataElements: mapOf({ [NAMESPACE]: ['location'] }) }))],
      [
        'elements of another namespace',
        authorized(mapOf({ dataElements: mapOf({ x: ['location', 'given_name'] }) })),
      ],
    ])('fails where the issuer authorised %s', async (_, forgery) => {
      expect(await faults(forgery)).toEqual(['holder_binding: device_element_unauthorized'])
    })

    it.each<[string, Forgery]>([
      ['namespace', authorized(mapOf({ nameSpaces: [NAMESPACE] }))],
      ['elements', authorized(mapOf({ dataElements: mapOf({ [NAMESPACE]: ['location', 'given_name'] }) }))],
    ])('passes where the issuer authorised their %s, and is no claim of the issuer', async (_, forgery) => {
      const { checks, presentation } = await verified(forgery)
      expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true)
      expect(presentation?.claims).toEqual({ [NAMESPACE]: { given_name: 'Erika' } })
    })

    it('fails where they were exchanged after signing', async () => {
      const forgery = authorized(mapOf({ nameSpaces: [NAMESPACE] }))
      const nameSpaces = embedded(mapOf({ [NAMESPACE]: mapOf({ location: 'there' }) }))
      expect(await faults({ ...forgery, deviceSigned: { nameSpaces } })).toEqual([
        'holder_binding: signature_invalid',
      ])
    })

    it.each<[string, CborInput]>([
      ['no map', embedded([])],
      ['no map of maps', embedded(mapOf({ [NAMESPACE]: ['location'] }))],
      ['under a number', embedded(new Map([[1, new Map()]]))],
      ['no CBOR', tagged(24, Uint8Array.of(0xff))],
    ])('fails where they are %s', async (_, malformed) => {
      expect(await faults({ deviceNameSpaces: malformed })).toEqual([
        'holder_binding: device_namespaces_malformed',
      ])
    })
  })
})
