/** What holds for every type that comes along. Whether it can be issued is `publication.test.ts`, its card `card/cards.test.ts`. */
import { decodeBase64, decodeUtf8, encodeUtf8 } from '@countersign/core/base64url'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok } from '@countersign/core/result'
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import { checkIntegrity, integrityValue } from '@countersign/credential/type-metadata/integrity'
import { resolveType } from '@countersign/credential/type-metadata/resolve'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { catalogue } from './catalogue.ts'
import { claimsSchema, labelledPaths } from './catalogue-type.ts'
import { TOPICS } from './topics.ts'
import { typeMetadataText } from './type-metadata.ts'

const LANGUAGES = ['en', 'de']
const all = catalogue.map((type) => [type.name, type] as const)

describe('the catalogue', () => {
  it('has types for every part of a life, and in every kind of format', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(40)
    expect(new Set(catalogue.map(({ topic }) => topic))).toEqual(
      new Set(TOPICS.filter((one) => one !== 'other')),
    )
    for (const [format, least] of [
      ['dc+sd-jwt', 40],
      ['mso_mdoc', 5],
      ['jwt_vc_json', 10],
      ['vc+jwt', 10],
      ['vc+sd-jwt', 3],
    ] as const)
      expect(catalogue.filter(({ formats }) => formats[format] !== undefined).length).toBeGreaterThanOrEqual(
        least,
      )
  })

  it('has each name once', () => {
    const names = catalogue.flatMap(({ formats, id, name }) => [
      name,
      id,
      ...Object.entries(formats).map(([format, called]) => `${format} ${called}`),
    ])
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })
})

/** What others have in their programs: configurations, queries and credentials that were issued long ago. */
const NAMED: readonly (readonly [string, string, Readonly<Record<string, string>>, string])[] = [
  [
    'IdentityCredential',
    'identity_credential',
    everyFormat('identity-credential', 'IdentityCredential'),
    'given_name family_name birthdate email phone_number address is_over_18 is_over_21 is_over_65',
  ],
  [
    'EuPid',
    'eu_pid',
    { 'dc+sd-jwt': 'urn:eudi:pid:1' },
    'given_name family_name birthdate place_of_birth nationalities address issuing_authority issuing_country document_number',
  ],
  [
    'UniversityDegree',
    'university_degree',
    everyFormat('university-degree', 'UniversityDegree'),
    'given_name family_name university degree graduation_date final_grade',
  ],
  [
    'EuropeanHealthInsuranceCard',
    'ehic',
    { 'dc+sd-jwt': 'urn:eudi:ehic:1' },
    'personal_administrative_number document_number issuing_country issuing_authority starting_date ending_date',
  ],
  [
    'EmployeeBadge',
    'employee_badge',
    everyFormat('employee-badge', 'EmployeeBadge'),
    'given_name family_name employer employee_id department roles',
  ],
  [
    'ProofOfAddress',
    'proof_of_address',
    everyFormat('proof-of-address', 'ProofOfAddress'),
    'given_name family_name address resident_since',
  ],
  [
    'MobileDrivingLicence',
    'mobile_driving_licence',
    { mso_mdoc: 'org.iso.18013.5.1.mDL' },
    'family_name given_name birth_date issue_date expiry_date issuing_country issuing_authority document_number portrait portrait_capture_date driving_privileges un_distinguishing_sign age_over_18 age_over_21 resident_city',
  ],
  [
    'EuPidMdoc',
    'eu_pid_mdoc',
    { mso_mdoc: 'eu.europa.ec.eudi.pid.1' },
    'family_name given_name birth_date nationality resident_country resident_city age_over_18 expiry_date issuing_authority issuing_country',
  ],
]

function everyFormat(urn: string, name: string): Readonly<Record<string, string>> {
  return { 'dc+sd-jwt': `urn:countersign:${urn}:1`, jwt_vc_json: name, 'vc+jwt': name, 'vc+sd-jwt': name }
}

describe('a type that has been there from the beginning', () => {
  it.each(NAMED)('is called as ever, and so are its claims: %s', (name, id, formats, claims) => {
    const type = catalogue.find((one) => one.name === name)
    expect([type?.id, type?.formats]).toEqual([id, formats])
    expect(type?.claims.map(({ path }) => path.join('.'))).toEqual(claims.split(' '))
  })
})

/** Members of the example that are no place of the type: nobody would have a word for them. */
function unnamed(
  value: JsonValue,
  known: readonly string[],
  path: readonly (string | null)[] = [],
): readonly string[] {
  const here = JSON.stringify(path)
  if (path.length > 0 && path.at(-1) !== null && !known.includes(here)) return [here]
  if (isJsonArray(value)) return value.flatMap((entry) => unnamed(entry, known, [...path, null]))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => unnamed(inner, known, [...path, name]))
}

describe.each(all)('%s', (_name, type) => {
  it('is said in English and in German, with everything within it', () => {
    const said = [
      type.display.map(({ locale }) => locale),
      ...labelledPaths(type.claims).map(({ display }) => display.map(({ locale }) => locale)),
    ]
    for (const locales of said) expect(locales).toEqual(LANGUAGES)
    const words = [
      ...type.display.flatMap(({ description, name }) => [name, description]),
      ...labelledPaths(type.claims).flatMap(({ display }) => display.map(({ label }) => label)),
    ]
    expect(words.filter((one) => one.trim() !== one || one === '')).toEqual([])
    for (const { description } of type.display) expect(description).toMatch(/^\p{Lu}.*[.)]$/u)
  })

  it('has no two claims with the same words', () => {
    for (const locale of LANGUAGES) {
      const labels = type.claims.map(({ display }) => display.find((one) => one.locale === locale)?.label)
      expect(labels.filter((label, at) => labels.indexOf(label) !== at)).toEqual([])
    }
  })

  it('has a word for everything in its example, and everything that is needed', () => {
    const known = labelledPaths(type.claims).map(({ path }) => JSON.stringify(path))
    expect(unnamed(type.example, known)).toEqual([])
    const { properties, required } = claimsSchema(type)
    expect(
      Object.keys(type.example).filter((name) => !isJsonObject(properties) || !(name in properties)),
    ).toEqual([])
    expect((required as string[]).filter((name) => type.example[name] === undefined)).toEqual([])
  })

  it('says what each claim tells of a person, and of what would do instead only what there is', () => {
    const kinds = new Set(catalogue.flatMap(({ claims }) => claims.map(({ use }) => use.kind)))
    for (const { use } of type.claims) {
      expect(use.purposes.length).toBeGreaterThan(0)
      expect(use.instead.filter((kind) => !kinds.has(kind))).toEqual([])
    }
  })

  it('has type metadata that is read by those who judge a credential by it, and holds what its hash promises', async () => {
    const text = typeMetadataText(type)
    const vct = type.formats['dc+sd-jwt']
    expect(text === undefined).toBe(vct === undefined)
    if (text === undefined || vct === undefined) return
    const bytes = encodeUtf8(text)
    const integrity = integrityValue(await nodeEngine.digest('sha-256', bytes))
    const resolved = await resolveType({ vct, integrity }, () => ok(bytes), nodeEngine)
    if (!resolved.ok) throw new Error(JSON.stringify(resolved.error))
    const { claims, display } = resolved.value
    expect(claims.map(({ path }) => path)).toEqual(labelledPaths(type.claims).map(({ path }) => path))
    expect(claims.map((claim) => claim.display.map(({ locale }) => locale))).toEqual(
      claims.map(() => LANGUAGES),
    )
    expect(display.map(({ locale, simple }) => [locale, simple?.backgroundColor, simple?.textColor])).toEqual(
      LANGUAGES.map((locale) => [locale, type.card.background, type.card.text]),
    )
    for (const { svgTemplates } of display) expect(templatesIn(svgTemplates)).toHaveLength(1)
    expect(await checkIntegrity(encodeUtf8(`${text} `), integrity, nodeEngine)).toMatchObject({ ok: false })
  })

  it('is small enough for a wallet to keep', () => {
    expect(typeMetadataText(type)?.length ?? 0).toBeLessThan(24_000)
  })
})

function templatesIn(templates: readonly { readonly uri: string }[]): readonly string[] {
  return templates.flatMap(({ uri }) => {
    const [head, data = ''] = uri.split(',')
    const bytes = decodeBase64(data)
    const text = bytes && decodeUtf8(bytes)
    return head === 'data:image/svg+xml;base64' && text?.startsWith('<svg ') === true ? [text] : []
  })
}

describe('a part of a claim', () => {
  it('has a path that leads to its value', () => {
    const places = catalogue.flatMap((type) =>
      type.claims.flatMap((claim) =>
        claim.parts.map((part) => ({ type, path: [...claim.path, ...part.path] as const })),
      ),
    )
    const found = places.filter(
      ({ path, type }) => resolveClaimPath(type.example as JsonObject, path).length > 0,
    )
    expect(found.length).toBeGreaterThan(30)
  })
})
