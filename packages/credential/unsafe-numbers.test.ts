import { encodeBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import type { Signer } from '@countersign/crypto/engine'
import { bareKey } from '@countersign/crypto/jwk'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  digestOf,
  disclosureOf,
  holder,
  issueInput,
  issuer,
  NOW,
  VCT,
  verifyInput,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import type { ClaimPath, CredentialFormat, IssueInput, VerifyInput } from './contract/format.ts'
import { mdoc } from './mdoc/format.ts'
import {
  BINDING,
  forge as forgeMdoc,
  forgeCredential as forgeMdocCredential,
  holder as mdocHolder,
  issueInput as mdocInput,
  verifyInput as mdocVerifyInput,
  NAMESPACE,
} from './mdoc/mdoc.testing.ts'
import { sdJwtVc } from './sd-jwt-vc/format.ts'
import { jwtVcJson, vcJwt, vcSdJwt } from './w3c-vc/format.ts'
import {
  didIssuer,
  HOLDER_DID,
  ISSUER_DID,
  ISSUER_KID,
  TYPE,
  V1,
  V2,
  w3cInput,
  w3cVerifyInput,
} from './w3c-vc/w3c.testing.ts'

/** The payload is text: no serializer of ours writes such a number. */
async function signed(header: object, payload: string, signer: Signer): Promise<string> {
  const protectedHeader = JSON.stringify({ alg: signer.algorithm, ...header })
  const input = `${encodeTextBase64url(protectedHeader)}.${encodeTextBase64url(payload)}`
  return `${input}.${encodeBase64url(await signer.sign(input))}`
}

/** Members of an object as text, and one with a number in the issuer's spelling. */
const withNumber = (members: object, number: string) =>
  `${JSON.stringify(members).slice(0, -1)},"n":${number}}`

const cnf = { jwk: bareKey(holder.publicJwk) }
const times = { iat: NOW - 100, exp: NOW + 1000 }

async function sdJwt(number: string): Promise<string> {
  const claims = withNumber({ vct: VCT, ...times, cnf, name: 'Erika' }, number)
  return `${await signed({ typ: 'dc+sd-jwt', x5c: issuer.x5c }, claims, issuer)}~`
}

async function sdJwtDisclosure(number: string): Promise<string> {
  const text = disclosureOf(`["salt", "n", ${number}]`)
  const claims = { vct: VCT, ...times, cnf, name: 'Erika', _sd: [await digestOf(text)] }
  const jwt = await signed({ typ: 'dc+sd-jwt', x5c: issuer.x5c }, JSON.stringify(claims), issuer)
  return `${jwt}~${text}~`
}

async function sdJwtElement(number: string): Promise<string> {
  const text = disclosureOf(`["salt", ${number}]`)
  const claims = { vct: VCT, ...times, cnf, name: 'Erika', n: [1, { '...': await digestOf(text) }] }
  const jwt = await signed({ typ: 'dc+sd-jwt', x5c: issuer.x5c }, JSON.stringify(claims), issuer)
  return `${jwt}~${text}~`
}

const subject = (number: string) => withNumber({ id: HOLDER_DID, name: 'Erika' }, number)
const frame = { type: ['VerifiableCredential', TYPE], issuer: ISSUER_DID }

function jwtVc(number: string): Promise<string> {
  const vc = { '@context': [V1], ...frame, issuanceDate: '2026-05-28T20:00:00Z' }
  const document = `${JSON.stringify(vc).slice(0, -1)},"credentialSubject":${subject(number)}}`
  const claims = JSON.stringify({ iss: ISSUER_DID, sub: HOLDER_DID, ...times })
  return signed({ typ: 'JWT', kid: ISSUER_KID }, `${claims.slice(0, -1)},"vc":${document}}`, didIssuer)
}

function vc20(typ: string) {
  return (number: string): Promise<string> => {
    const document = { '@context': [V2], ...frame, validFrom: '2026-05-28T20:00:00Z', ...times }
    const payload = `${JSON.stringify(document).slice(0, -1)},"credentialSubject":${subject(number)}}`
    return signed({ typ, cty: 'vc', kid: ISSUER_KID }, payload, didIssuer)
  }
}

const waived = { binding: undefined }

interface Kind {
  readonly format: CredentialFormat
  readonly issued: (number: string) => Promise<string>
  readonly verify: (credential: string) => VerifyInput
  /** The claim that cannot be shown, and one beside it that can. */
  readonly unshown: ClaimPath
  readonly input: (number: number) => IssueInput
}

const sdJwtInput = (n: number) => issueInput({ claims: { n }, selectivelyDisclosable: [] })
const subjectInput = (n: number) => w3cInput({ claims: { credentialSubject: { n } } })

const KINDS: readonly [string, Kind][] = [
  [
    'an SD-JWT VC, in the open',
    {
      format: sdJwtVc,
      issued: sdJwt,
      verify: (text) => verifyInput(text, waived),
      unshown: ['n'],
      input: sdJwtInput,
    },
  ],
  [
    'an SD-JWT VC, in a disclosure',
    {
      format: sdJwtVc,
      issued: sdJwtDisclosure,
      verify: (text) => verifyInput(text, waived),
      unshown: ['n'],
      input: sdJwtInput,
    },
  ],
  [
    'an SD-JWT VC, as an element of an array',
    {
      format: sdJwtVc,
      issued: sdJwtElement,
      verify: (text) => verifyInput(text, waived),
      unshown: ['n'],
      input: (n) => issueInput({ claims: { n: [1, n] }, selectivelyDisclosable: [] }),
    },
  ],
  [
    'a JWT of data model 1.1',
    {
      format: jwtVcJson,
      issued: jwtVc,
      verify: (text) => w3cVerifyInput(text, waived),
      unshown: ['credentialSubject', 'n'],
      input: subjectInput,
    },
  ],
  [
    'a JWT of data model 2.0',
    {
      format: vcJwt,
      issued: vc20('vc+jwt'),
      verify: (text) => w3cVerifyInput(text, waived),
      unshown: ['credentialSubject', 'n'],
      input: subjectInput,
    },
  ],
  [
    'an SD-JWT of data model 2.0',
    {
      format: vcSdJwt,
      issued: async (number) => `${await vc20('vc+sd-jwt')(number)}~`,
      verify: (text) => w3cVerifyInput(text, waived),
      unshown: ['credentialSubject', 'n'],
      input: subjectInput,
    },
  ],
]

const UNSAFE = ['9007199254740992', '9007199254740993', '-9007199254740993', '1e400', '-1e309']
const SAFE = ['9007199254740991', '-9007199254740991', '-0', '1e-400', '0.1']

describe.each(KINDS)(
  'a number beyond what JSON carries in %s',
  (_, { format, issued, verify, unshown, input }) => {
    it.each(UNSAFE)('makes it unreadable to a verifier: %s', async (number) => {
      const { checks, presentation } = await format.verify(verify(await issued(number)), nodeEngine)
      expect(presentation).toBeUndefined()
      expect(checks[0]).toMatchObject({ name: 'structure', outcome: 'failed' })
      expect(checks[0]?.detail).toMatch(/^(?:jws|disclosure)_number_unsafe$/)
    })

    it.each(SAFE)('is none that can be carried: %s', async (number) => {
      const { checks, presentation } = await format.verify(verify(await issued(number)), nodeEngine)
      expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([])
      expect(JSON.stringify(presentation?.claims)).toContain(JSON.stringify(JSON.parse(number)))
    })

    it.each(UNSAFE)('is named to its holder, who sees the rest: %s', async (number) => {
      const held = await format.open(await issued(number), nodeEngine)
      expect(held).toMatchObject({ ok: true, value: { unshown: [unshown] } })
      const claims = JSON.stringify(held.ok && held.value.claims)
      expect(claims).toContain('"name":"Erika"')
      expect(claims).not.toContain('"n":')
    })

    it('is nothing to name where there is none', async () => {
      const held = await format.open(await issued('7'), nodeEngine)
      expect(held.ok && held.value).not.toHaveProperty('unshown')
    })

    it('does not keep a holder from presenting what was issued', async () => {
      const credential = await issued('9007199254740993')
      const presented = await format.present({ credential, disclose: [] }, nodeEngine)
      expect(presented).toMatchObject({ ok: true })
      const all = await format.present({ credential, disclose: [unshown] }, nodeEngine)
      expect(all).toEqual({ ok: true, value: credential })
    })

    it.each([2 ** 53, -(2 ** 53), Number.POSITIVE_INFINITY, Number.NaN])(
      'is not issued: %s',
      async (number) => {
        const refused = await format.issue(input(number), nodeEngine)
        expect(refused).toMatchObject({ ok: false, error: { code: 'claim_not_json' } })
      },
    )
  },
)

describe('a number beyond what JSON carries in an mdoc', () => {
  const integers: readonly [bigint | { readonly kind: 'float'; readonly value: number }, string][] = [
    [2n ** 53n, 'an integer'],
    [-(2n ** 53n), 'a negative integer'],
    [2n ** 64n - 1n, 'the largest integer'],
    [{ kind: 'float', value: Number.POSITIVE_INFINITY }, 'infinity'],
    [{ kind: 'float', value: Number.NaN }, 'no number'],
  ]
  const items = (elementValue: (typeof integers)[number][0]) => [
    { members: { digestID: 0, elementIdentifier: 'n', elementValue } },
    { members: { digestID: 1 } },
  ]

  it.each(integers)('makes it unreadable to a verifier: %s', async (value) => {
    const presentation = await forgeMdoc({ items: items(value) })
    const outcome = await mdoc.verify(mdocVerifyInput(presentation), nodeEngine)
    expect(outcome.presentation).toBeUndefined()
    expect(outcome.checks[0]).toEqual({
      name: 'structure',
      outcome: 'failed',
      detail: 'element_number_unsafe',
    })
  })

  it.each(integers)('is named to its holder, who sees the rest and may present it: %s', async (value) => {
    const credential = await forgeMdocCredential({ items: items(value) })
    const held = await mdoc.open(credential, nodeEngine)
    expect(held).toMatchObject({
      ok: true,
      value: { claims: { [NAMESPACE]: { given_name: 'Erika' } }, unshown: [[NAMESPACE, 'n']] },
    })
    const binding = { ...BINDING, signer: mdocHolder, issuedAt: NOW }
    const presented = await mdoc.present({ credential, disclose: [[NAMESPACE, 'n']], binding }, nodeEngine)
    expect(presented).toMatchObject({ ok: true })
  })

  it.each([2 ** 53, Number.POSITIVE_INFINITY])('is not issued: %s', async (n) => {
    const refused = await mdoc.issue(mdocInput({ claims: { [NAMESPACE]: { n } } }), nodeEngine)
    expect(refused).toEqual({
      ok: false,
      error: { code: 'claim_not_json', detail: `$.${NAMESPACE}.n` },
    })
  })

  it('is no negative zero, which is issued as the integer', async () => {
    const issued = await mdoc.issue(mdocInput({ claims: { [NAMESPACE]: { n: -0 } } }), nodeEngine)
    const held = issued.ok ? await mdoc.open(issued.value, nodeEngine) : issued
    expect(held.ok && Object.is((held.value.claims[NAMESPACE] as { n: number }).n, 0)).toBe(true)
  })
})
