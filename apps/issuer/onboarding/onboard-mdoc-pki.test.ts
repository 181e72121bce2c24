import { nodeCrypto } from '@countersign/keys/engines/node'
import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import { type Certificate, parsePemCertificates } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'
import { testIssuer } from '../testing/issuer.testing.ts'
import {
  type CertificateOrder,
  type IacaSigner,
  type KeyOrder,
  onboardDocumentSigner,
  onboardIaca,
} from './onboard-mdoc-pki.ts'

const now = 1_790_000_000
const day = 86_400
const ec: KeyOrder = { backend: 'jwk', keyType: 'secp256r1' }
const root: CertificateOrder = {
  country: 'UT',
  commonName: 'Example IACA',
  issuerAlternativeName: { uri: 'https://iaca.example' },
  crlDistributionPointUri: 'https://iaca.example/crl',
}
const leaf: CertificateOrder = {
  country: 'UT',
  commonName: 'Example DS',
  crlDistributionPointUri: 'https://iaca.example/crl',
}
const { issuer } = testIssuer()
const making = { now, crypto: nodeCrypto }
const opening = { ...making, openKey: issuer.openCallerKey.open }

async function iacaOf(key = ec): Promise<IacaSigner & { readonly certificate: Certificate }> {
  const made = await onboardIaca(root, key, making)
  if (!made.ok) throw new Error(made.error.code)
  const pem = made.value.made.certificatePem
  const parsed = parsePemCertificates(pem)
  if (!parsed.ok || !parsed.value[0]) throw new Error('unreadable')
  // As it comes back from a caller: through JSON.
  return { key: JSON.parse(JSON.stringify(made.value.key)), pem, certificate: parsed.value[0] }
}

describe('a root and a document signer below it', () => {
  it.each(['secp256r1', 'secp384r1', 'secp521r1'])(
    'with keys of %s are believed by a verifier',
    async (keyType) => {
      const key = { backend: 'jwk', keyType }
      const iaca = await iacaOf(key)
      const signer = await onboardDocumentSigner(leaf, key, iaca, opening)
      if (!signer.ok) throw new Error(signer.error.code)
      expect(signer.value.made.faults).toEqual([])
      const trust = chainTrust({
        list: anchorsFrom([iaca.certificate], { source: 'test' }),
        crypto: nodeCrypto,
      })
      const occasion = {
        purpose: 'issuer',
        format: 'mso_mdoc',
        signerProfile: 'iso-mdl',
        type: 'org.iso.18013.5.1.mDL',
      } as const
      expect(await trust([signer.value.made.certificate], occasion, now)).toMatchObject({
        ok: true,
        value: { anchor: expect.stringContaining('Example IACA') },
      })
      const stranger = await iacaOf(key)
      const other = chainTrust({
        list: anchorsFrom([stranger.certificate], { source: 'x' }),
        crypto: nodeCrypto,
      })
      expect((await other([signer.value.made.certificate], occasion, now)).ok).toBe(false)
    },
  )

  it('have the dates that are asked for', async () => {
    const made = await onboardIaca({ ...root, notBefore: now, notAfter: now + 400 * day }, ec, making)
    expect(made).toMatchObject({ value: { made: { parsed: { notBefore: now, notAfter: now + 400 * day } } } })
  })
})

describe('no root is made', () => {
  it.each<[string, Partial<CertificateOrder>, Partial<KeyOrder>, object]>([
    ['of no country', { country: 'Utopia' }, {}, { code: 'name_invalid', member: 'country' }],
    ['without a name', { commonName: '' }, {}, { code: 'name_invalid', member: 'commonName' }],
    ['that cannot be reached', { issuerAlternativeName: {} }, {}, { code: 'alternative_name_invalid' }],
    [
      'with a list nowhere',
      { crlDistributionPointUri: 'x y' },
      {},
      { code: 'crl_distribution_point_invalid' },
    ],
    ['that ends before it begins', { notAfter: now - day }, {}, { code: 'validity_empty' }],
    ['for a century', { notAfter: now + 36_500 * day }, {}, { code: 'validity_too_long' }],
    ['with a key of RSA', {}, { keyType: 'RSA' }, { code: 'key_type_unsupported', keyType: 'RSA' }],
    ['on secp256k1', {}, { keyType: 'secp256k1' }, { code: 'key_type_unsupported' }],
    ['in a key service', {}, { backend: 'tse' }, { code: 'backend_unsupported', backend: 'tse' }],
  ])('%s', async (_name, order, key, error) => {
    expect(await onboardIaca({ ...root, ...order }, { ...ec, ...key }, making)).toMatchObject({
      ok: false,
      error,
    })
  })
})

describe('no document signer is made', () => {
  it.each<[string, Partial<CertificateOrder>, object]>([
    ['in another country', { country: 'XX' }, { code: 'country_differs', expected: 'UT' }],
    [
      'that outlasts its root',
      { notBefore: now + 3640 * day, notAfter: now + 3700 * day },
      { code: 'validity_beyond_issuer' },
    ],
    [
      'for longer than a document signer lasts',
      { notAfter: now + 1000 * day },
      { code: 'validity_too_long' },
    ],
  ])('%s', async (_name, order, error) => {
    const iaca = await iacaOf()
    expect(await onboardDocumentSigner({ ...leaf, ...order }, ec, iaca, opening)).toMatchObject({
      ok: false,
      error,
    })
  })

  it('below a root whose key the caller does not have', async () => {
    const [mine, other] = [await iacaOf(), await iacaOf()]
    const mixed = { key: mine.key, pem: other.pem }
    expect(await onboardDocumentSigner(leaf, ec, mixed, opening)).toMatchObject({
      error: { code: 'issuer_key_differs' },
    })
  })

  it('below a document signer, or with a root or a key that cannot be read', async () => {
    const iaca = await iacaOf()
    const signer = await onboardDocumentSigner(leaf, ec, iaca, opening)
    if (!signer.ok) throw new Error(signer.error.code)
    const below = { key: JSON.parse(JSON.stringify(signer.value.key)), pem: signer.value.made.certificatePem }
    const judge = async (it: IacaSigner) => {
      const made = await onboardDocumentSigner(leaf, ec, it, opening)
      return made.ok ? 'made' : made.error.code
    }
    expect(await judge(below)).toBe('issuer_unfit')
    expect(await judge({ ...iaca, pem: 'no PEM' })).toBe('issuer_unreadable')
    expect(await judge({ ...iaca, pem: iaca.pem + iaca.pem })).toBe('issuer_unreadable')
    expect(await judge({ ...iaca, key: { type: 'jwk' } })).toBe('iaca_key_unusable')
  })
})
