import { describe, expect, it } from 'vitest'
import { catalogue } from './catalogue.ts'
import { claimUse } from './claim-use.ts'
import { sharedClaims } from './vocabulary.ts'

const UNKNOWN_TYPE = 'urn:example:somebody-elses:1'

describe('what is known of the use of a claim', () => {
  it.each([
    [['birthdate'], 'birth_date', 'personal'],
    [['birth_date'], 'birth_date', 'personal'],
    [['org.iso.18013.5.1', 'birth_date'], 'birth_date', 'personal'],
    [['credentialSubject', 'birthDate'], 'birth_date', 'personal'],
    [['age_over_18'], 'age_over_18', 'ordinary'],
    [['age_over_14'], 'age_over_18', 'ordinary'],
    [['ageOver21'], 'age_over_18', 'ordinary'],
    [['age_equal_or_over', '18'], 'age_over_18', 'ordinary'],
    [['personal_administrative_number'], 'personal_number', 'sensitive'],
    [['portrait'], 'portrait', 'sensitive'],
    [['address', 'country'], 'resident_country', 'ordinary'],
    [['address', 'street_address'], 'address', 'personal'],
    [['nationalities', null], 'nationalities', 'personal'],
    [['nationalities', 0], 'nationalities', 'personal'],
    [['employer', 'name'], 'employer', 'personal'],
  ] as const)('goes by the name of %j where the type is not known', (path, kind, sensitivity) => {
    expect(claimUse(UNKNOWN_TYPE, path)).toMatchObject({ kind, sensitivity })
  })

  it('goes by the type where the catalogue has it', () => {
    expect(claimUse('urn:countersign:medical-prescription:1', ['medicines', 0, 'name'])?.sensitivity).toBe(
      'sensitive',
    )
    expect(claimUse(UNKNOWN_TYPE, ['medicines', 0, 'name'])).toBeUndefined()
    expect(
      claimUse('urn:countersign:company-registration:1', ['registered_office', 'locality'])?.purposes,
    ).not.toContain('business')
    expect(claimUse('urn:countersign:company-registration:1', ['registered_office'])?.purposes).toEqual([
      'business',
    ])
    expect(claimUse('EmployeeBadge', ['credentialSubject', 'roles'])?.purposes).toEqual(['work'])
  })

  it('is nothing where nobody knows the name, whatever objects have by themselves', () => {
    for (const name of ['anything_else', 'constructor', '__proto__', 'toString', ''])
      expect(claimUse(UNKNOWN_TYPE, [name])).toBeUndefined()
    expect(claimUse(UNKNOWN_TYPE, [])).toBeUndefined()
    expect(claimUse('constructor', ['given_name'])).toMatchObject({ kind: 'given_name' })
  })

  it('is there for every claim of every type', () => {
    for (const type of catalogue)
      for (const name of Object.values(type.formats))
        for (const { path, use } of type.claims) expect(claimUse(name, path)).toEqual(use)
  })
})

describe('the vocabulary', () => {
  it('has each name for one thing', () => {
    const names = [...sharedClaims].flatMap(([kind, { also = [] }]) => [kind, ...also])
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })

  it('says of what would do instead that it tells less', () => {
    for (const [, { instead = [], sensitivity }] of sharedClaims)
      for (const kind of instead) {
        const ranks = ['ordinary', 'personal', 'sensitive']
        const less = sharedClaims.get(kind)?.sensitivity ?? 'sensitive'
        expect(ranks.indexOf(less)).toBeLessThan(ranks.indexOf(sensitivity))
      }
  })
})
