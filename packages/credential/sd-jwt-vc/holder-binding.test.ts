import { ok, refuse } from '@countersign/core/result'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey, resolveDid } from '@countersign/did/did'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  disclosureOf,
  type Forgery,
  forge,
  holder,
  issuer,
  NONCE,
  NOW,
  VCT,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import type { VerifyInput } from '../contract/format.ts'
import { checksOf, faults, hidden } from './verify.testing.ts'

describe('holder binding', () => {
  const did = didFromKey('jwk', bareKey(holder.publicJwk))
  const otherKey = makeSigner()
  const otherDid = didFromKey('jwk', bareKey(otherKey.publicJwk))
  const WEB_KEY = 'did:web:wallet.example#key-1'
  const keyWithoutX = { ...bareKey(holder.publicJwk), x: undefined }

  it.each<[string, Forgery, string]>([
    ['another typ', { keyBindingHeader: { typ: 'jwt' } }, 'kb_typ_wrong'],
    ['another nonce', { keyBinding: { nonce: 'other' } }, 'nonce_wrong'],
    ['no nonce', { keyBinding: { nonce: null } }, 'nonce_wrong'],
    ['another audience', { keyBinding: { aud: 'x509_hash:other' } }, 'aud_wrong'],
    ['an audience without its prefix', { keyBinding: { aud: AUDIENCE.slice(10) } }, 'aud_wrong'],
    ['several audiences', { keyBinding: { aud: [AUDIENCE] } }, 'aud_wrong'],
    ['another hash', { keyBinding: { sd_hash: 'A'.repeat(43) } }, 'sd_hash_wrong'],
    ['no hash', { keyBinding: { sd_hash: null } }, 'sd_hash_wrong'],
    ['an old proof', { keyBinding: { iat: NOW - 301 } }, 'kb_too_old'],
    ['a proof of a year ago', { keyBinding: { iat: NOW - 31_536_000 } }, 'kb_too_old'],
    ['a proof from the future', { keyBinding: { iat: NOW + 301 } }, 'kb_from_future'],
    ['a proof without a time', { keyBinding: { iat: null } }, 'kb_iat_malformed'],
    ['a proof with a time as text', { keyBinding: { iat: `${NOW}` } }, 'kb_iat_malformed'],
    ['a proof that is over', { keyBinding: { exp: NOW - 10 } }, 'kb_expired'],
    ['a proof that ends at no time', { keyBinding: { exp: 'soon' } }, 'kb_expired'],
    ['a proof that has not begun', { keyBinding: { nbf: NOW + 11 } }, 'kb_from_future'],
    ['a proof by another key', { keyBindingSigner: makeSigner() }, 'signature_invalid'],
    ['a proof by the issuer', { keyBindingSigner: issuer }, 'signature_invalid'],
    ['a proof with another algorithm', { keyBindingSigner: makeSigner('Ed25519') }, 'alg_key_mismatch'],
    ['a credential without cnf', { payload: { iat: NOW, vct: VCT } }, 'cnf_missing'],
    ['a cnf that names a key elsewhere', { claims: { cnf: { kid: 'a' } } }, 'cnf_method_unsupported'],
    ['a cnf that names a key by a number', { claims: { cnf: { kid: 7 } } }, 'cnf_method_unsupported'],
    ['a cnf with the DID of another key', { claims: { cnf: { kid: `${otherDid}#0` } } }, 'signature_invalid'],
    ['a cnf with a DID and no key of it', { claims: { cnf: { kid: did } } }, 'cnf_key_unusable'],
    ['a cnf with a key that the DID has not', { claims: { cnf: { kid: `${did}#1` } } }, 'cnf_key_unusable'],
    ['a cnf with a DID that is none', { claims: { cnf: { kid: 'did:jwk:!#0' } } }, 'cnf_key_unusable'],
    ['a cnf with a DID that nobody looks up', { claims: { cnf: { kid: WEB_KEY } } }, 'cnf_key_unusable'],
    [
      'a cnf whose key is another than that of its kid: the key counts',
      { claims: { cnf: { jwk: bareKey(otherKey.publicJwk), kid: `${did}#0` } } },
      'signature_invalid',
    ],
    [
      'a cnf with half a key',
      { claims: { cnf: { jwk: JSON.parse(JSON.stringify(keyWithoutX)) } } },
      'cnf_key_unusable',
    ],
    [
      'a cnf with a private key',
      { claims: { cnf: { jwk: { ...holder.publicJwk, d: 'A' } } } },
      'cnf_key_unusable',
    ],
  ])('fails for %s', async (_what, forgery, detail) => {
    expect(faults(await checksOf(await forge(forgery)))).toEqual([`holder_binding: ${detail}`])
  })

  it.each([-300, 300])('accepts a proof %i seconds away', async (seconds) => {
    expect(faults(await checksOf(await forge({ keyBinding: { iat: NOW + seconds } })))).toEqual([])
  })

  it.each(['jwk', 'key'] as const)(
    'accepts a cnf that names the key of a did:%s (RFC 7800 §3.4)',
    async (method) => {
      const own = resolveDid(didFromKey(method, bareKey(holder.publicJwk)))
      const kid = own.ok ? (own.value.authentication?.[0] ?? '') : ''
      expect(faults(await checksOf(await forge({ claims: { cnf: { kid } } })))).toEqual([])
    },
  )

  it('accepts a cnf that names the key of a did:web, which is looked up for a believed issuer alone', async () => {
    const asked: string[] = []
    const holderKeys: NonNullable<VerifyInput['holderKeys']> = async (url) => {
      asked.push(url)
      return ok(holder.publicJwk)
    }
    const presentation = await forge({ claims: { cnf: { kid: WEB_KEY } } })
    expect(faults(await checksOf(presentation, { holderKeys }))).toEqual([])
    expect(asked).toEqual([WEB_KEY])
    const stranger = { holderKeys, trust: async () => refuse({ code: 'not_trusted' } as never) }
    expect(faults(await checksOf(presentation, stranger))).toContain('holder_binding: cnf_key_unusable')
    expect(asked).toHaveLength(1)
  })

  it('fails where the DID cannot be looked up, with why', async () => {
    const holderKeys: NonNullable<VerifyInput['holderKeys']> = async () =>
      refuse({ code: 'did_not_found', reason: '404' })
    const presentation = await forge({ claims: { cnf: { kid: WEB_KEY } } })
    expect(faults(await checksOf(presentation, { holderKeys }))).toEqual(['holder_binding: did_not_found'])
  })

  it('fails where it is demanded and nothing was sent', async () => {
    const presentation = await forge()
    const bare = presentation.slice(0, presentation.lastIndexOf('~') + 1)
    expect(faults(await checksOf(bare))).toEqual(['holder_binding: kb_jwt_missing'])
    expect(faults(await checksOf(bare, { binding: undefined }))).toEqual(['holder_binding: undefined'])
  })

  it('is skipped where it is waived, even if somebody sent a proof', async () => {
    const checks = await checksOf(await forge({ keyBinding: { nonce: 'other' } }), { binding: undefined })
    expect(checks[4]).toEqual({ name: 'holder_binding', outcome: 'skipped' })
  })

  it('fails for a proof without a signature', async () => {
    const presentation = await forge()
    const [, payload] = presentation.slice(presentation.lastIndexOf('~') + 1).split('.')
    const bare = presentation.slice(0, presentation.lastIndexOf('~') + 1)
    const unsigned = `${bare}${disclosureOf({ alg: 'none', typ: 'kb+jwt' })}.${payload}.`
    expect(faults(await checksOf(unsigned))).toEqual(['holder_binding: alg_not_allowed'])
  })

  it('covers which disclosures are shown: one added or taken away breaks it', async () => {
    const [one, first] = await hidden(['s', 'a', 1])
    const [two, second] = await hidden(['t', 'b', 2])
    const claims = { iat: NOW, vct: VCT, _sd: [first, second], cnf: { jwk: bareKey(holder.publicJwk) } }
    const presentation = await forge({ payload: claims, disclosures: [one] })
    expect(faults(await checksOf(presentation))).toEqual([])
    expect(faults(await checksOf(presentation.replace(`~${one}~`, `~${one}~${two}~`)))).toEqual([
      'holder_binding: sd_hash_wrong',
    ])
    expect(faults(await checksOf(presentation.replace(`~${one}~`, '~')))).toEqual([
      'holder_binding: sd_hash_wrong',
    ])
  })

  it('accepts a key that is kty, crv, x and y alone, and an Ed25519 holder', async () => {
    for (const signer of [holder, makeSigner('Ed25519')]) {
      const claims = { cnf: { jwk: bareKey(signer.publicJwk) } }
      const presentation = await forge({ claims, keyBindingSigner: signer })
      expect(faults(await checksOf(presentation, { binding: { audience: AUDIENCE, nonce: NONCE } }))).toEqual(
        [],
      )
    }
  })
})
