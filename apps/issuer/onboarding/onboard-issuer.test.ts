import { algorithmOf, bareKey, sameKey } from '@countersign/crypto/jwk'
import { keyOfDidUrl, resolveDid } from '@countersign/did/did'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { parsePrivateKey, SOFTWARE_KEY_TYPES, softwareSigner } from '@countersign/keys/signers/software-key'
import { describe, expect, it } from 'vitest'
import { type DidOrder, keyTypes, onboardIssuer } from './onboard-issuer.ts'

const onboard = (keyType: string, did: DidOrder, backend = 'jwk') => onboardIssuer({ backend, keyType, did })

describe('an issuer that is onboarded', () => {
  it.each(keyTypes)('gets a key of type %s that signs, and a DID that leads to it', async (keyType) => {
    for (const did of [{ method: 'jwk' }, { method: 'key' }, { method: 'key', useJwkJcsPub: true }]) {
      const onboarded = await onboard(keyType, did)
      if (!onboarded.ok) throw new Error(onboarded.error.code)
      const { issuerDid, issuerKey } = onboarded.value
      const parsed = parsePrivateKey(issuerKey)
      if (!parsed.ok) throw new Error(parsed.error.code)
      expect(algorithmOf(parsed.value)).toBe(SOFTWARE_KEY_TYPES[keyType])
      const signer = softwareSigner(parsed.value)
      const signature = await signer.sign('message')
      expect(nodeCrypto.verify(signer.algorithm, signer.publicJwk, 'message', signature)).toBe(true)

      const document = resolveDid(issuerDid)
      const [keyUrl = ''] = (document.ok && document.value.assertionMethod) || []
      const key = keyOfDidUrl(keyUrl, 'assertionMethod')
      expect(key.ok && sameKey(key.value, bareKey(parsed.value))).toBe(true)
    }
  })

  it.each<[DidOrder, string]>([
    [{ method: 'web', domain: 'issuer.example' }, 'did:web:issuer.example'],
    [{ method: 'web', domain: 'issuer.example:8443', path: '/a/b' }, 'did:web:issuer.example%3A8443:a:b'],
  ])('gets the did:web of the place that it names', async (did, issuerDid) => {
    expect(await onboard('secp256r1', did)).toMatchObject({ ok: true, value: { issuerDid } })
  })

  it('gets a new key every time', async () => {
    const made = await Promise.all([1, 2].map(() => onboard('Ed25519', { method: 'jwk' })))
    expect(new Set(made.map((one) => one.ok && one.value.issuerDid)).size).toBe(2)
  })

  it.each<[string, DidOrder, string, object]>([
    ['P-256', { method: 'jwk' }, 'jwk', { code: 'key_type_unsupported', keyType: 'P-256' }],
    ['__proto__', { method: 'jwk' }, 'jwk', { code: 'key_type_unsupported', keyType: '__proto__' }],
    ['Ed25519', { method: 'ebsi' }, 'jwk', { code: 'did_method_unsupported', method: 'ebsi' }],
    ['Ed25519', { method: '' }, 'jwk', { code: 'did_method_unsupported', method: '' }],
    ['Ed25519', { method: 'jwk' }, 'oci', { code: 'backend_unsupported', backend: 'oci' }],
    ['Ed25519', { method: 'web' }, 'jwk', { code: 'did_place_unusable' }],
    ['Ed25519', { method: 'web', domain: '10.0.0.1' }, 'jwk', { code: 'did_place_unusable' }],
    ['RSA4096', { method: 'web', domain: 'a.example', path: '/../b' }, 'jwk', { code: 'did_place_unusable' }],
  ])('is refused with %s and %j on %s', async (keyType, did, backend, error) => {
    expect(await onboard(keyType, did, backend)).toEqual({ ok: false, error })
  })
})
