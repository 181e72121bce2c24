import { isJsonObject, type JsonValue } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import type { CredentialFormat } from '@countersign/credential/contract/format'
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { DIGITAL_SIGNATURE, makeCertificate, toX5c } from '@countersign/testing/forging/certificates'
import { describe, expect, it } from 'vitest'
import { catalogue } from './catalogue.ts'
import { type CatalogueType, withholdablePaths } from './catalogue-type.ts'
import {
  claimsAt,
  encodingsIn,
  exampleOf,
  formatsOf,
  labelsOf,
  lifetimeDays,
  mappingOf,
} from './publication.ts'

const NOW = 1_780_000_000
const formats = [jwtVcJson, vcJwt, vcSdJwt, sdJwtVc, mdoc]
const holder = makeSigner('P-256', 'holder')
const issuer = await certifiedSigner()

const trust: IssuerTrust = ({ x5c }) =>
  x5c?.[0] === issuer.x5c[0]
    ? ok({ key: issuer.publicJwk, anchor: 'Test' })
    : refuse({ code: 'no_key_reference' })

/** mdocs name their signer by a chain. */
async function certifiedSigner() {
  const [authority, leaf] = [makeSigner('P-256', 'ca'), makeSigner('P-256', 'leaf')]
  const certificate = await makeCertificate({
    subject: 'Test issuer',
    issuer: 'Test CA',
    key: leaf.publicJwk,
    signer: authority,
    keyUsage: [DIGITAL_SIGNATURE],
  })
  return { ...leaf, x5c: toX5c(certificate) }
}

/** As an issuer issues it. */
async function issue(type: CatalogueType, format: CredentialFormat): Promise<string> {
  const above = claimsAt(type, format)
  const issued = await format.issue(
    {
      type: type.formats[format.id] ?? '',
      claims: exampleOf(type, format),
      encodings: encodingsIn(type, format),
      selectivelyDisclosable:
        format.securedBy === 'sd-jwt'
          ? withholdablePaths(type)
              .map((path) => [...above, ...path])
              .filter((path) => resolveClaimPath(exampleOf(type, format), path).length > 0)
          : [],
      holderKey: holder.publicJwk,
      signer: issuer,
      issuer: 'https://issuer.example',
      issuedAt: NOW,
      expiresAt: NOW + lifetimeDays(type, format) * 86_400,
    },
    nodeEngine,
  )
  if (!issued.ok) throw new Error(`${type.name} as ${format.id}: ${JSON.stringify(issued.error)}`)
  return issued.value
}

function within(value: JsonValue, members: readonly string[]): JsonValue | undefined {
  return members.reduce<JsonValue | undefined>(
    (inner, name) => (isJsonObject(inner) ? inner[name] : undefined),
    value,
  )
}

const all = catalogue.flatMap((type) =>
  formatsOf(type, formats).map((format) => [type.name, format.id, type, format] as const),
)

describe.each(all)('the example of %s as %s', (_name, _id, type, format) => {
  it('is issued, held and shown to a verifier as it is written', async () => {
    const credential = await issue(type, format)
    const held = await format.open(credential, nodeEngine)
    if (!held.ok) throw new Error(JSON.stringify(held.error))
    expect(held.value.type).toBe(type.formats[format.id])
    expect(within(held.value.claims, claimsAt(type, format))).toMatchObject(type.example)

    const paths = type.claims
      .map(({ path }) => [...claimsAt(type, format), ...path])
      .filter((path) => resolveClaimPath(held.value.claims, path).length > 0)
    const request = { audience: 'origin:https://v.example', nonce: 'n-0S6_WzA2Mj' }
    const binding = { ...request, signer: holder, issuedAt: NOW }
    const presented = await format.present({ credential, disclose: paths, binding }, nodeEngine)
    if (!presented.ok) throw new Error(JSON.stringify(presented.error))
    const outcome = await format.verify(
      {
        presentation: presented.value,
        binding: request,
        now: NOW,
        skewSeconds: 60,
        bindingWindowSeconds: 300,
        trust,
      },
      nodeEngine,
    )
    expect(outcome.checks.filter(({ outcome: how }) => how !== 'passed')).toEqual([])
    expect(within(outcome.presentation?.claims ?? {}, claimsAt(type, format))).toMatchObject(type.example)
  })

  it('has every claim that must be there, under a label that leads to it', () => {
    const example = exampleOf(type, format)
    const above = claimsAt(type, format)
    const missing = type.claims
      .filter(({ mandatory }) => mandatory)
      .filter(({ path }) => resolveClaimPath(example, [...above, ...path]).length === 0)
    expect(missing).toEqual([])
    const labels = Object.values(labelsOf(type, format))
    expect(labels).toHaveLength(type.claims.length)
    const [first = ''] = labels
    expect(first).toBe(
      format === mdoc
        ? `$['${type.namespace}'].${type.claims[0]?.path[0]}`
        : `$.${[...above, ...(type.claims[0]?.path ?? [])].join('.')}`,
    )
  })
})

describe('a claim that is bytes', () => {
  const pictures = catalogue.flatMap(({ claims, name }) =>
    claims.filter(({ encoding }) => encoding === 'bytes').map((claim) => [name, claim] as const),
  )

  it.each(pictures)('of %s may be a picture, as large as pictures may be', (_name, { schema }) => {
    expect(schema['maxLength']).toBe(RECEIVED.pictureText)
  })

  it('is in the catalogue', () => {
    expect(pictures).not.toEqual([])
  })
})

describe('an example', () => {
  const typeNamed = (name: string) => {
    const type = catalogue.find((one) => one.name === name)
    if (type === undefined) throw new Error(`no ${name}`)
    return type
  }

  it('is a document with a subject for W3C formats, flat for SD-JWT VC, by namespace for mdoc', () => {
    const identity = typeNamed('IdentityCredential')
    expect(exampleOf(identity, jwtVcJson)).toEqual({
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiableCredential', 'IdentityCredential'],
      credentialSubject: identity.example,
    })
    expect(exampleOf(identity, vcSdJwt)['@context']).toEqual(['https://www.w3.org/ns/credentials/v2'])
    expect(exampleOf(identity, sdJwtVc)).toEqual(identity.example)
    const licence = typeNamed('MobileDrivingLicence')
    expect(exampleOf(licence, mdoc)).toEqual({ 'org.iso.18013.5.1': licence.example })
  })

  it('and a mapping do not exist in a format that the type does not come in', () => {
    const licence = typeNamed('MobileDrivingLicence')
    expect(() => exampleOf(licence, sdJwtVc)).toThrow('does not come as')
    expect(() => mappingOf(licence, jwtVcJson)).toThrow('does not come as')
  })
})
