/**
 * Presentations in every format that are bound to their request and fail a check: only the wallet that was asked can have
 * made them, so they decide the session, and the relying party reads which check it was and no other.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import type { IssueInput } from '@countersign/credential/contract/format'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import type { Signer } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { parsePrivateKey, softwareSigner } from '@countersign/keys/signers/software-key'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { rewriteCbor } from '@countersign/testing/forging/cbor'
import {
  clumsy,
  issueAs,
  type Kind,
  kinds,
  mdocKind,
  presentAs,
  sdJwtKind,
  vcSdJwtKind,
} from '@countersign/testing/forging/credential-kinds'
import { newKey, now } from '@countersign/testing/people/keys'
import { strangersKey } from '@countersign/testing/people/stranger'
import { asked, formOf, trusted } from '../asked.ts'
import { type BadInput, chapter, expectRefused } from '../case.ts'
import { expectObjection, objectionsTo, refused } from '../rejection.ts'
import type { Requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'

interface Fault {
  readonly name: string
  readonly check: string
  readonly detail: RegExp
  /** Everything that objects, where that is more than the check. */
  readonly objections?: RegExp | undefined
  /** What is presented. */
  make(kind: Kind, at: Requested, world: World): Promise<string>
}

function issued(
  name: string,
  check: string,
  detail: RegExp,
  make: (kind: Kind, world: World) => Promise<Held>,
  objections?: RegExp,
): Fault {
  return {
    name,
    check,
    detail,
    objections,
    make: async (kind, at, world) => presentAs(kind, at, await make(kind, world)),
  }
}

const own =
  (more: (kind: Kind) => Partial<IssueInput>) =>
  (kind: Kind, world: World): Promise<Held> =>
    trusted(kind, world, more(kind))

export async function stranger({ format }: Kind): Promise<Signer> {
  const { issuerKey, x5Chain } = await strangersKey(format)
  const key = parsePrivateKey(issuerKey)
  if (!key.ok) throw new Error(key.error.code)
  return softwareSigner(key.value, { x5c: x5Chain })
}

const otherType = (format: string) => (format === 'dc+sd-jwt' ? 'urn:other:1' : 'OtherThing')

const faults: readonly Fault[] = [
  issued('of an issuer whom nobody vouches for', 'issuer_trust', /./, async (kind) =>
    issueAs(kind, await stranger(kind)),
  ),
  issued('with our certificates behind those of a stranger', 'issuer_trust', /./, async (kind, world) => {
    const theirs = await stranger(kind)
    return issueAs(kind, { ...theirs, x5c: [...(theirs.x5c ?? []), ...(kind.trustedKey(world).x5c ?? [])] })
  }),
  issued('with a bit turned in the signature', 'issuer_signature', /signature_invalid/, (kind, world) =>
    issueAs(kind, clumsy(kind.trustedKey(world))),
  ),
  issued(
    'under our certificate and the key of a stranger',
    'issuer_signature',
    /signature_invalid/,
    (kind, world) => {
      const { x5c = [] } = kind.trustedKey(world)
      return issueAs(kind, { ...newKey(), x5c })
    },
  ),
  issued(
    'that has expired',
    'validity_period',
    /^expired$/,
    own(() => ({ expiresAt: now() - 61, issuedAt: now() - 120 })),
  ),
  issued(
    'that is not yet valid',
    'validity_period',
    /not_yet_valid/,
    own(() => ({ notBefore: now() + 1800 })),
  ),
  issued(
    'that was issued in the future',
    'validity_period',
    /issued_in_future|not_yet_valid/,
    own(() => ({ issuedAt: now() + 1800 })),
  ),
  issued(
    'of another type',
    'query_match',
    /./,
    own(({ format }) => ({ type: otherType(format) })),
  ),
  {
    name: 'that shows less than was asked for',
    check: 'query_match',
    detail: /./,
    make: async (kind, at, world) =>
      presentAs(
        kind,
        at,
        await trusted(kind, world, { claims: withoutName(kind.contents.claims), selectivelyDisclosable: [] }),
        {},
        [],
      ),
  },
]

/** The family name is not there at all, at whatever depth it was. */
function withoutName(claims: JsonObject): JsonObject {
  const rest = Object.entries(claims).filter(([name]) => name !== 'family_name')
  return Object.fromEntries(
    rest.map(([name, value]) => [name, isJsonObject(value) ? withoutName(value) : value]),
  )
}

/** Algorithms that the issuer cannot have signed with, where they are JOSE's. */
const joseFaults: readonly Fault[] = [
  issued('with alg none', 'issuer_signature', /alg_not_allowed/, (kind, world) =>
    issueAs(
      kind,
      renamed('none', kind.trustedKey(world), () => new Uint8Array()),
    ),
  ),
  issued('with alg HS256 and the public key', 'issuer_signature', /alg_not_allowed/, (kind, world) => {
    const signer = kind.trustedKey(world)
    const secret = JSON.stringify(signer.publicJwk)
    return issueAs(
      kind,
      renamed('HS256', signer, (data) => createHmac('sha256', secret).update(data).digest()),
    )
  }),
  issued('with an algorithm of another key', 'issuer_signature', /alg_key_mismatch/, (kind, world) =>
    issueAs(
      kind,
      renamed('ES384', kind.trustedKey(world), () => new Uint8Array(96)),
    ),
  ),
  issued(
    'without a certificate',
    'issuer_trust',
    /no_key_reference/,
    (kind, world) => {
      const { x5c: _chain, ...signer } = kind.trustedKey(world)
      return issueAs(kind, signer)
    },
    /^issuer_signature undetermined,issuer_trust failed$/,
  ),
  issued(
    'with a certificate that is none',
    'issuer_trust',
    /./,
    (kind) => issueAs(kind, { ...newKey(), x5c: ['AAAA'] }),
    /^issuer_signature undetermined,issuer_trust failed$/,
  ),
]

function renamed(algorithm: string, signer: Signer, sign: Signer['sign']): Signer {
  return { ...signer, algorithm: algorithm as SignatureAlgorithm, sign }
}

/** The device does not sign what the issuer signed, so these are changed after the presentation was made. */
const issuerAuth = ['documents', 0, 'issuerSigned', 'issuerAuth'] as const

function rewrittenAuth(
  name: string,
  check: string,
  detail: RegExp,
  part: number,
  value: Parameters<typeof rewriteCbor>[2],
  objections?: RegExp,
): Fault {
  return {
    name,
    check,
    detail,
    objections,
    make: async (kind, at, world) =>
      rewriteCbor(await presentAs(kind, at, await trusted(kind, world)), [...issuerAuth, part], value),
  }
}

const header = (algorithm: number) => () => encodeCbor(new Map([[1, algorithm]]))

const mdocFaults: readonly Fault[] = [
  rewrittenAuth('with alg none', 'issuer_signature', /alg_not_allowed/, 0, header(0)),
  rewrittenAuth('with a MAC instead of a signature', 'issuer_signature', /alg_not_allowed/, 0, header(5)),
  rewrittenAuth('with an algorithm of another key', 'issuer_signature', /alg_key_mismatch/, 0, header(-35)),
  rewrittenAuth('without a signature', 'issuer_signature', /signature_invalid/, 3, () => new Uint8Array()),
  rewrittenAuth(
    'with a certificate that is none',
    'issuer_trust',
    /./,
    1,
    () => new Map([[33, Uint8Array.of(0)]]),
    /^issuer_signature undetermined,issuer_trust failed$/,
  ),
]

function judged(kind: Kind, { name, check, detail, objections, make }: Fault): BadInput<Requested> {
  return {
    name,
    ...refused,
    send: async (at, world) => sendForm(at.request.responseUri, formOf(at, await make(kind, at, world))),
    seen: async (at) => {
      const found = await objectionsTo(at)
      expectObjection(found, check, detail)
      const all = found.map((one) => `${one.name} ${one.outcome}`).join()
      assert.match(all, objections ?? new RegExp(`^(${check} failed,?)+$`))
    },
    // Whose issuer nobody vouches for decides nothing: the honest answer still wins.
    ...(!check.startsWith('issuer_') && {
      ends: { because: 'a bound answer decides', after: (at, world) => answeredAlready(kind, at, world) },
    }),
  }
}

async function answeredAlready(kind: Kind, at: Requested, world: World): Promise<void> {
  const late = formOf(at, await presentAs(kind, at, await trusted(kind, world)))
  const answered = { status: 400, error: 'invalid_request', message: /answered already/ }
  expectRefused(await sendForm(at.request.responseUri, late), answered)
}

/** Read as what it was called first, and judged by what it says it is. */
const underItsFirstName: Fault = {
  name: 'an SD-JWT VC in the place of a W3C credential',
  check: 'query_match',
  detail: /./,
  make: async (_, at, world) => presentAs(sdJwtKind, at, await trusted(sdJwtKind, world)),
}

export const formatJudgementChapters = kinds.map((kind) => {
  const further = kind === mdocKind ? mdocFaults : joseFaults
  const all = [...faults, ...further, ...(kind === vcSdJwtKind ? [underItsFirstName] : [])]
  return chapter(
    `${kind.format}, a credential`,
    asked(kind),
    all.map((fault) => judged(kind, fault)),
  )
})
