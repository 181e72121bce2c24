import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import { bareKey } from '@countersign/crypto/jwk'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  bindTo,
  digestOf,
  disclosureOf,
  type Forgery,
  forge,
  holder,
  issuer,
  NOW,
  VCT,
  verifyInput,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import type { VerifyInput } from '../contract/format.ts'
import { openSdJwtVc } from './open.ts'
import { checksOf, faults, hidden } from './verify.testing.ts'
import { verifySdJwtVc } from './verify.ts'

const unreadable = (code: string) => [
  { name: 'structure', outcome: 'failed', detail: code },
  { name: 'issuer_signature', outcome: 'skipped' },
  { name: 'issuer_trust', outcome: 'skipped' },
  { name: 'validity_period', outcome: 'skipped' },
  { name: 'holder_binding', outcome: 'skipped' },
]

describe('a presentation that is in order', () => {
  it('passes five checks', async () => {
    const [text, digest] = await hidden(['salt', 'name', 'Erika'])
    const presentation = await forge({ claims: { _sd: [digest] }, disclosures: [text] })
    const outcome = await verifySdJwtVc(verifyInput(presentation), nodeEngine)
    expect(faults(outcome.checks)).toEqual([])
    expect(outcome.checks[2]).toEqual({ name: 'issuer_trust', outcome: 'passed', detail: 'Example Root' })
    expect(outcome.presentation).toMatchObject({
      format: 'dc+sd-jwt',
      type: VCT,
      claims: { vct: VCT, name: 'Erika' },
      anchor: 'Example Root',
      holderKey: bareKey(holder.publicJwk),
      expiresAt: NOW + 1000,
      authorityKeyIds: [],
    })
    expect(outcome.presentation?.claims).not.toHaveProperty('_sd')
  })

  it.each(['sha-384', 'sha-512'] as const)('may hash with %s', async (algorithm) => {
    const text = disclosureOf(['salt', 'name', 'Erika'])
    const digest = await nodeEngine.digestBase64url(algorithm, text)
    const unbound = await forge({ claims: { _sd: [digest], _sd_alg: algorithm }, disclosures: [text] })
    const sdJwt = unbound.slice(0, unbound.lastIndexOf('~') + 1)
    const presentation = await bindTo(sdJwt, {
      keyBinding: { sd_hash: await nodeEngine.digestBase64url(algorithm, sdJwt) },
    })
    expect(faults(await checksOf(presentation))).toEqual([])
  })

  it('may still be called vc+sd-jwt, and have spaces in its disclosures', async () => {
    const [text, digest] = await hidden('["salt" , "name",\n{"a": 1}]')
    const forgery: Forgery = { header: { typ: 'vc+sd-jwt' }, claims: { _sd: [digest] }, disclosures: [text] }
    expect(faults(await checksOf(await forge(forgery)))).toEqual([])
  })

  it.each(['DC+SD-JWT', 'application/dc+sd-jwt', 'Application/VC+sd-jwt'])(
    'may write its typ as %s, and its proof its own likewise (RFC 7515 §4.1.9)',
    async (typ) => {
      const presentation = await forge({ header: { typ }, keyBindingHeader: { typ: 'application/KB+jwt' } })
      expect(faults(await checksOf(presentation))).toEqual([])
    },
  )

  it('may withhold elements and carry digests that nothing is known of', async () => {
    const [text, digest] = await hidden(['salt', 'FR'])
    const nationalities = [{ '...': await digestOf('decoy') }, { '...': digest }, 'AT']
    const presentation = await forge({
      claims: { nationalities, _sd: [await digestOf('other')] },
      disclosures: [text],
    })
    const { presentation: read } = await verifySdJwtVc(verifyInput(presentation), nodeEngine)
    expect(read?.claims.nationalities).toEqual(['FR', 'AT'])
  })
})

describe('RFC 9901 §7.1: a presentation is rejected as a whole', () => {
  async function withDisclosure(value: unknown, place: 'member' | 'element' = 'member'): Promise<Forgery> {
    const [text, digest] = await hidden(value)
    const claims: JsonObject = place === 'member' ? { _sd: [digest] } : { list: [{ '...': digest }] }
    return { claims, disclosures: [text] }
  }

  async function withInner(inner: JsonValue, name = 'outer'): Promise<Forgery> {
    return withDisclosure(['salt', name, inner])
  }

  const rejected: readonly [what: string, forgery: () => Promise<Forgery> | Forgery, code: string][] = [
    ['a disclosure named _sd', () => withDisclosure(['s', '_sd', []]), 'disclosure_name_reserved'],
    ['a disclosure named ...', () => withDisclosure(['s', '...', 'x']), 'disclosure_name_reserved'],
    ['a disclosure named _sd_alg', () => withDisclosure(['s', '_sd_alg', 'x']), 'disclosure_name_reserved'],
    [
      'a disclosure named __proto__',
      () => withDisclosure(['s', '__proto__', {}]),
      'disclosure_name_reserved',
    ],
    ['an element behind _sd', () => withDisclosure(['s', 'value']), 'disclosure_arity'],
    ['a member in an array', () => withDisclosure(['s', 'name', 1], 'element'), 'disclosure_arity'],
    ['a salt that is no text', () => withDisclosure([1, 'name', 'value']), 'disclosure_salt_malformed'],
    ['a name that is no text', () => withDisclosure(['s', 1, 'value']), 'disclosure_malformed'],
    ['a disclosure of one part', () => withDisclosure(['s']), 'disclosure_malformed'],
    ['a disclosure of four parts', () => withDisclosure(['s', 'a', 1, 1]), 'disclosure_malformed'],
    ['a disclosure that is an object', () => withDisclosure({ s: 1 }), 'disclosure_malformed'],
    ['a disclosure that is no JSON', () => withDisclosure('["s","a",'), 'disclosure_malformed'],
    [
      'a repeated name in a disclosure',
      () => withDisclosure('["s","a",{"b":1,"b":2}]'),
      'disclosure_malformed',
    ],
    ['a disclosure that is no base64url', () => ({ disclosures: ['a+b='] }), 'disclosure_malformed'],
    [
      'an unreferenced disclosure',
      () => ({ disclosures: [disclosureOf(['s', 'a', 1])] }),
      'disclosure_unreferenced',
    ],
    [
      'a disclosure that is there twice',
      async () => {
        const [text, digest] = await hidden(['s', 'a', 1])
        return { claims: { _sd: [digest] }, disclosures: [text, text] }
      },
      'disclosure_repeated',
    ],
    ['a repeated digest', () => ({ claims: { _sd: ['x', 'x'] } }), 'digest_repeated'],
    ['a digest in two objects', () => ({ claims: { _sd: ['x'], a: { _sd: ['x'] } } }), 'digest_repeated'],
    [
      'a digest as member and element',
      () => ({ claims: { _sd: ['x'], a: [{ '...': 'x' }] } }),
      'digest_repeated',
    ],
    [
      'a digest repeated within a disclosure',
      async () => {
        const [text, digest] = await hidden(['s', 'a', { _sd: ['x'] }])
        return { claims: { _sd: [digest, 'x'] }, disclosures: [text] }
      },
      'digest_repeated',
    ],
    [
      'a claim that is there already',
      async () => {
        const [text, digest] = await hidden(['s', 'name', 'Mallory'])
        return { claims: { _sd: [digest], name: 'Alice' }, disclosures: [text] }
      },
      'claim_collision',
    ],
    [
      'two disclosures of one claim',
      async () => {
        const [one, first] = await hidden(['s', 'name', 'Mallory'])
        const [two, second] = await hidden(['t', 'name', 'Alice'])
        return { claims: { _sd: [first, second] }, disclosures: [one, two] }
      },
      'claim_collision',
    ],
    ['_sd that is no array', () => ({ claims: { _sd: 'x' } }), 'digests_malformed'],
    ['_sd that is null', () => ({ claims: { a: { _sd: null } } }), 'digests_malformed'],
    ['a digest that is no text', () => ({ claims: { _sd: [1] } }), 'digests_malformed'],
    ['... in an object', () => ({ claims: { a: { '...': 'x' } } }), 'placeholder_malformed'],
    ['... beside another member', () => ({ claims: { a: [{ '...': 'x', b: 1 }] } }), 'placeholder_malformed'],
    ['... that is no text', () => ({ claims: { a: [{ '...': 1 }] } }), 'placeholder_malformed'],
    ['an unknown hash', () => ({ claims: { _sd_alg: 'md5' } }), 'hash_algorithm_unsupported'],
    ['a hash in capitals', () => ({ claims: { _sd_alg: 'SHA-256' } }), 'hash_algorithm_unsupported'],
    ['a hash that is null', () => ({ claims: { _sd_alg: null } }), 'hash_algorithm_unsupported'],
    ['_sd_alg below the top', () => ({ claims: { a: { _sd_alg: 'sha-256' } } }), 'hash_algorithm_misplaced'],
    ['_sd_alg within a disclosure', () => withInner({ _sd_alg: 'sha-256' }), 'hash_algorithm_misplaced'],
    ['a part of cnf withheld', () => ({ claims: { cnf: { _sd: ['x'] } } }), 'claim_not_disclosable'],
    [
      'a part of status withheld',
      () => ({ claims: { status: { a: [{ '...': 'x' }] } } }),
      'claim_not_disclosable',
    ],
    ['no vct', () => ({ payload: { iat: NOW } }), 'vct_missing'],
    ['a blank vct', () => ({ claims: { vct: '  ' } }), 'vct_missing'],
    ['a vct that is no text', () => ({ claims: { vct: [VCT] } }), 'vct_missing'],
    ['an iss that is no text', () => ({ claims: { iss: ['a'] } }), 'iss_malformed'],
    ['a cnf that is no object', () => ({ claims: { cnf: 'key' } }), 'cnf_malformed'],
    ['a status that is no object', () => ({ claims: { status: 1 } }), 'status_malformed'],
    ['further types that are none', () => ({ claims: { aka_vcts: VCT } }), 'aka_vcts_malformed'],
    ['no further types', () => ({ claims: { aka_vcts: [] } }), 'aka_vcts_malformed'],
    ['a further type that is blank', () => ({ claims: { aka_vcts: [' '] } }), 'aka_vcts_malformed'],
    ['a further type that is the type', () => ({ claims: { aka_vcts: ['a', VCT] } }), 'aka_vcts_malformed'],
    ['an integrity that is no text', () => ({ claims: { 'vct#integrity': [] } }), 'integrity_malformed'],
    ['a typ of another token', () => ({ header: { typ: 'jwt' } }), 'typ_wrong'],
    ['no typ', () => ({ header: { typ: null } }), 'typ_wrong'],
    ['an x5c that is no array', () => ({ header: { x5c: 'AAAA' } }), 'x5c_malformed'],
    ['an empty x5c', () => ({ header: { x5c: [] } }), 'x5c_malformed'],
    ['a kid that is no text', () => ({ header: { kid: 1 } }), 'kid_malformed'],
    ['a critical extension', () => ({ header: { crit: ['x'], x: 1 } }), 'jws_crit_unsupported'],
    ['a crit in the key binding', () => ({ keyBindingHeader: { crit: ['x'] } }), 'kb_jwt_malformed'],
  ]

  it.each(rejected)('for %s', async (_what, makeForgery, code) => {
    const presentation = await forge(await makeForgery())
    expect(await checksOf(presentation)).toEqual(unreadable(code))
    const credential = presentation.slice(0, presentation.lastIndexOf('~') + 1)
    if (code !== 'kb_jwt_malformed') {
      expect(await openSdJwtVc(credential, nodeEngine)).toMatchObject({ ok: false, error: { code } })
    }
  })

  it.each(['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'aka_vcts', 'status'])(
    'for %s behind a digest',
    async (name) => {
      const [text, digest] = await hidden(['s', name, 'anything'])
      const payload = { iat: NOW, _sd: [digest], ...(name !== 'vct' && { vct: VCT }) }
      const presentation = await forge({ payload, disclosures: [text] })
      expect(await checksOf(presentation)).toEqual(unreadable('claim_not_disclosable'))
    },
  )

  it('for nesting without end, in one value or over many disclosures', async () => {
    const disclosures: string[] = []
    let inner: Record<string, unknown> = {}
    for (let level = 0; level < 40; level++) {
      const [text, digest] = await hidden([`s${level}`, 'a', inner])
      disclosures.push(text)
      inner = { _sd: [digest] }
    }
    const payload = JSON.parse(JSON.stringify({ iat: NOW, vct: VCT, ...inner }))
    expect(await checksOf(await forge({ payload, disclosures }))).toEqual(unreadable('nesting_too_deep'))
  })

  it.each([
    ['no ~', (text: string) => text.slice(0, text.indexOf('~')), 'serialisation_malformed'],
    ['an empty disclosure', (text: string) => text.replace('~', '~~'), 'serialisation_malformed'],
    [
      'too many disclosures',
      (text: string) => text.replace('~', `${'~a'.repeat(501)}~`),
      'too_many_disclosures',
    ],
    [
      'too much text',
      (text: string) => `${'a'.repeat(RECEIVED.presentation)}${text}`,
      'credential_too_large',
    ],
    [
      'a key binding that is no JWT',
      (text: string) => `${text.slice(0, text.indexOf('~'))}~x`,
      'kb_jwt_malformed',
    ],
    ['no issuer part', (text: string) => text.slice(text.indexOf('~')), 'jws_malformed'],
    ['a second token', (text: string) => `${text}~${text}`, 'disclosure_malformed'],
  ])('for %s', async (_what, change, code) => {
    expect(await checksOf(change(await forge()))).toEqual(unreadable(code))
  })
})

describe('the issuer', () => {
  it.each<[string, Forgery, readonly string[]]>([
    ['who signs with another key', { signer: makeSigner() }, ['issuer_signature: signature_invalid']],
    [
      'who signs with another algorithm',
      { signer: makeSigner('P-384') },
      ['issuer_signature: alg_key_mismatch'],
    ],
    [
      'whose key nobody can find',
      { header: { x5c: ['BBBB'] } },
      ['issuer_signature: key_unknown', 'issuer_trust: no_key_reference'],
    ],
  ])('%s is not believed', async (_what, forgery, expected) => {
    expect(faults(await checksOf(await forge(forgery)))).toEqual(expected)
  })

  it.each(['none', 'HS256', 'RS1', 'es256'])('who signs with %s is not asked for', async (alg) => {
    const [, ...rest] = (await forge()).split('~')
    const [, payload] = (await forge()).split('.')
    const header = disclosureOf({ alg, typ: 'dc+sd-jwt', x5c: ['AAAA'] })
    const presentation = [`${header}.${payload}.`, ...rest].join('~')
    const trust = () => {
      throw new Error('asked')
    }
    expect(faults(await checksOf(presentation, { trust, binding: undefined }))).toEqual([
      'issuer_signature: alg_not_allowed',
      'issuer_trust: undefined',
      'holder_binding: undefined',
    ])
  })

  it('is described to the trust check as the credential says', async () => {
    const asked: unknown[] = []
    const trust: VerifyInput['trust'] = (reference, now) => {
      asked.push(reference, now)
      return ok({ key: issuer.publicJwk, anchor: 'any' })
    }
    await checksOf(await forge({ header: { kid: 'k' }, claims: { iss: 'https://i.example' } }), { trust })
    expect(asked).toEqual([
      {
        purpose: 'issuer',
        signerProfile: 'jose',
        format: 'dc+sd-jwt',
        credentialType: VCT,
        algorithm: 'ES256',
        x5c: ['AAAA'],
        keyId: 'k',
        issuer: 'https://i.example',
      },
      NOW,
    ])
  })

  it('whom nobody trusts may still have signed: every fault is reported, not the first', async () => {
    const trust: VerifyInput['trust'] = () =>
      refuse({ code: 'untrusted', reason: 'anchor_unknown', key: issuer.publicJwk })
    const presentation = await forge({ claims: { exp: NOW - 100 }, keyBinding: { nonce: 'other' } })
    expect(faults(await checksOf(presentation, { trust }))).toEqual([
      'issuer_trust: anchor_unknown',
      'validity_period: expired',
      'holder_binding: nonce_wrong',
    ])
  })
})

describe('the validity period', () => {
  it('does not reach those whom the credential is not meant for, whoever asks without saying who', async () => {
    const checks = await checksOf(await forge({ claims: { aud: AUDIENCE } }), { binding: undefined })
    expect(faults(checks)).toEqual(['validity_period: meant_for_others', 'holder_binding: undefined'])
  })

  it.each([
    [{ exp: NOW }, undefined],
    [{ exp: NOW - 9 }, undefined],
    [{ exp: NOW - 10 }, 'expired'],
    [{ nbf: NOW + 10 }, undefined],
    [{ nbf: NOW + 11 }, 'not_yet_valid'],
    [{ iat: NOW + 10 }, undefined],
    [{ iat: NOW + 11 }, 'issued_in_future'],
    [{ exp: NOW + 0.5 }, undefined],
    [{ aud: AUDIENCE }, undefined],
    [{ aud: ['other', AUDIENCE] }, undefined],
    [{ aud: 'other' }, 'meant_for_others'],
    [{ aud: [] }, 'meant_for_others'],
    [{ aud: null }, 'meant_for_others'],
    [{ exp: `${NOW + 1000}` }, 'exp_malformed'],
    [{ nbf: null }, 'nbf_malformed'],
    [{ iat: [] }, 'iat_malformed'],
  ])('with %j and ten seconds of tolerance: %s', async (claims, detail) => {
    const checks = await checksOf(await forge({ claims }))
    expect(faults(checks)).toEqual(detail === undefined ? [] : [`validity_period: ${detail}`])
  })
})
