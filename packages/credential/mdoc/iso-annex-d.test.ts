import { encodeBase64url } from '@countersign/core/base64url'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborValue, embeddedBytes, mapOf } from '@countersign/crypto/cbor/value'
import type { CoseMessage } from '@countersign/crypto/cose/message'
import { verifyCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { KeyAgreement } from '@countersign/crypto/engine'
import { bareKey, type PublicJwk, parsePublicJwk, sameKey } from '@countersign/crypto/jwk'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { toHex } from '@countersign/testing/hex'
import { parseCertificate, parseX5cEntry } from '@countersign/x509/certificate'
import { findSignatureFault } from '@countersign/x509/certificate-signature'
import { describe, expect, it } from 'vitest'
import { findDeviceMacFault } from './device-signed/device-auth.ts'
import {
  DEVICE_MAC,
  DEVICE_PRIVATE_KEY,
  DEVICE_RESPONSE,
  IACA_CERTIFICATE,
  READER_PRIVATE_KEY,
  SESSION_TRANSCRIPT_BYTES,
} from './iso-annex-d.testing.ts'
import { claimsOf } from './issuer-signed/issuer-signed.ts'
import { presentMdocWithMac } from './present.ts'
import { type ReadPresentation, readPresentation, verifyMdoc } from './verify.ts'

const DRIVING_LICENCE = 'org.iso.18013.5.1'

function decoded(bytes: Uint8Array): CborValue {
  const result = decodeCbor(bytes)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

async function read(text: string): Promise<ReadPresentation> {
  const result = await readPresentation(text, nodeEngine)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function publicPart({ kty, crv, x, y }: typeof DEVICE_PRIVATE_KEY | typeof READER_PRIVATE_KEY): PublicJwk {
  const parsed = parsePublicJwk({ kty, crv, x, y })
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

/** Of the platform: Node and browsers have the same. */
function agreementOf(key: typeof DEVICE_PRIVATE_KEY | typeof READER_PRIVATE_KEY): KeyAgreement {
  const { subtle } = globalThis.crypto
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  return async (peer) => {
    const own = await subtle.importKey('jwk', { ...key }, curve, false, ['deriveBits'])
    const other = await subtle.importKey('jwk', { ...bareKey(peer) }, curve, false, [])
    return new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: other }, own, 256))
  }
}

const response = encodeBase64url(DEVICE_RESPONSE)
const transcript = decoded(embeddedBytes(decoded(SESSION_TRANSCRIPT_BYTES)) ?? new Uint8Array())

describe('ISO/IEC 18013-5 annex D', () => {
  it('is read, with the digests of all elements', async () => {
    const { document, issuerSigned } = await read(response)
    expect(document.docType).toBe('org.iso.18013.5.1.mDL')
    expect(document.deviceAuth.kind).toBe('mac')
    expect(issuerSigned.mso.validity).toEqual({
      signed: Date.parse('2020-10-01T13:30:02Z') / 1000,
      validFrom: Date.parse('2020-10-01T13:30:02Z') / 1000,
      validUntil: Date.parse('2021-10-01T13:30:02Z') / 1000,
    })
    expect(claimsOf(issuerSigned.items)).toEqual({
      [DRIVING_LICENCE]: {
        family_name: 'Doe',
        issue_date: '2019-10-20',
        expiry_date: '2024-10-20',
        document_number: '123456789',
        portrait: expect.stringMatching(/^_9j_4AAQSkZJRg[\w-]{1376}$/),
        driving_privileges: [
          { vehicle_category_code: 'A', issue_date: '2018-08-09', expiry_date: '2024-10-20' },
          { vehicle_category_code: 'B', issue_date: '2017-02-23', expiry_date: '2024-10-20' },
        ],
      },
    })
  })

  it('bears the signature of the document signer, whose certificate is by the IACA', async () => {
    const { issuerSigned } = await read(response)
    const [leaf = ''] = issuerSigned.x5c
    const [signer, authority] = [parseX5cEntry(leaf), parseCertificate(IACA_CERTIFICATE)]
    if (!signer.ok || !authority.ok) throw new Error('unreadable')
    expect(signer.value.signature?.scheme).toEqual({ kind: 'ecdsa', hash: 'sha-256' })
    expect(await findSignatureFault(signer.value, authority.value.publicKey, nodeEngine)).toBeUndefined()
    const verify = (key: PublicJwk) => verifyCoseSign1(issuerSigned.issuerAuth, key, ['ES256'], nodeEngine)
    expect(await verify(signer.value.publicKey)).toEqual({ ok: true, value: 'ES256' })
    expect((await verify(authority.value.publicKey)).ok).toBe(false)
  })

  it('bears a MAC that the reader can check, and nobody else', async () => {
    const { document, issuerSigned } = await read(response)
    const { proof } = document.deviceAuth
    const { deviceKey } = issuerSigned.mso
    expect(sameKey(deviceKey, publicPart(DEVICE_PRIVATE_KEY))).toBe(true)
    const fault = (agree: KeyAgreement, session: CborValue = transcript, docType = document.docType) =>
      findDeviceMacFault(proof, { ...document, docType }, session, agree, deviceKey, nodeEngine)
    const reader = agreementOf(READER_PRIVATE_KEY)
    expect(await fault(reader)).toBeUndefined()
    expect(await fault(agreementOf(DEVICE_PRIVATE_KEY))).toBe('mac_invalid')
    expect(await fault(reader, decoded(encodeCbor([null, null, null])))).toBe('mac_invalid')
    expect(await fault(reader, transcript, 'org.iso.18013.5.1.other')).toBe('mac_invalid')
    expect(await fault(() => undefined)).toBe('device_key_unusable')
    const changed = (change: Partial<CoseMessage>) =>
      findDeviceMacFault({ ...proof, ...change }, document, transcript, reader, deviceKey, nodeEngine)
    for (const tag of [
      new Uint8Array(),
      proof.proof.slice(0, 8),
      proof.proof.slice(0, 31),
      Uint8Array.of(...proof.proof, 0),
    ])
      expect(await changed({ proof: tag })).toBe('mac_invalid')
    for (const at of proof.proof.keys())
      expect(await changed({ proof: proof.proof.with(at, (proof.proof[at] ?? 0) ^ 1) })).toBe('mac_invalid')
    for (const algorithm of [undefined, 4, 6, -7])
      expect(
        await changed({ protectedHeader: new Map(algorithm === undefined ? [] : [[1, algorithm]]) }),
      ).toBe('alg_not_allowed')
  })

  it('is presented by us with the very same MAC', async () => {
    const { issuerSigned } = await read(response)
    const credential = encodeBase64url(
      encodeCbor(
        mapOf({
          nameSpaces: mapOf({ [DRIVING_LICENCE]: issuerSigned.items.map(({ received }) => received) }),
          issuerAuth: issuerSigned.issuerAuthValue,
        }),
      ),
    )
    const presented = await presentMdocWithMac(
      {
        credential,
        disclose: [[DRIVING_LICENCE, 'family_name']],
        transcript,
        agree: agreementOf(DEVICE_PRIVATE_KEY),
        readerKey: publicPart(READER_PRIVATE_KEY),
      },
      nodeEngine,
    )
    if (!presented.ok) throw new Error(presented.error.code)
    const { document, issuerSigned: shown } = await read(presented.value)
    expect(toHex(document.deviceAuth.proof.proof)).toBe(DEVICE_MAC)
    expect(claimsOf(shown.items)).toEqual({ [DRIVING_LICENCE]: { family_name: 'Doe' } })
  })

  it('is no answer over OpenID4VP in the clear, where nobody could have agreed on a MAC key', async () => {
    const { checks } = await verifyMdoc(
      {
        presentation: response,
        binding: { audience: 'x', nonce: 'y', responseUri: 'https://z.example' },
        now: Date.parse('2021-01-01') / 1000,
        skewSeconds: 0,
        bindingWindowSeconds: 300,
        trust: (reference) => {
          const leaf = parseX5cEntry(reference.x5c?.[0] ?? '')
          if (!leaf.ok) return { ok: false, error: { code: 'no_key_reference' } }
          return { ok: true, value: { key: leaf.value.publicKey, anchor: 'utopia iaca' } }
        },
      },
      nodeEngine,
    )
    expect(checks.map(({ name, outcome, detail }) => [name, outcome, detail])).toEqual([
      ['structure', 'passed', undefined],
      ['issuer_signature', 'passed', undefined],
      ['issuer_trust', 'passed', 'utopia iaca'],
      ['validity_period', 'passed', undefined],
      ['holder_binding', 'failed', 'device_mac_without_encryption'],
    ])
  })
})
