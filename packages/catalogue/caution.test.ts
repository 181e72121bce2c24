import { describe, expect, it } from 'vitest'
import { cautionFor } from './caution.ts'
import { sharedClaims } from './vocabulary.ts'

const UNKNOWN_TYPE = 'urn:example:somebody-elses:1'
const mdl = 'org.iso.18013.5.1'

describe('a word of caution', () => {
  it.each([
    [['document_number'], {}, 'identifier'],
    [[mdl, 'document_number'], {}, 'identifier'],
    [['credentialSubject', 'nationalIdNumber'], {}, 'identifier'],
    [['social_security_number'], {}, 'identifier'],
    [['card_number'], {}, 'identifier'],
    [[mdl, 'portrait'], {}, 'portrait'],
    [['facial_image'], {}, 'portrait'],
    [['birthdate'], { birthdate: '1990-01-01' }, undefined],
    [['birthdate'], { birthdate: '1990-01-01', is_over_18: true }, 'age_would_do'],
    [['birthdate'], { age_equal_or_over: { 18: true } }, 'age_would_do'],
    [['credentialSubject', 'dateOfBirth'], { credentialSubject: { ageOver18: true } }, 'age_would_do'],
    [[mdl, 'birth_date'], { [mdl]: { age_over_21: true } }, 'age_would_do'],
    [['salary'], {}, 'sensitive'],
    [['conditions', 0, 'name'], {}, 'sensitive'],
    [['given_name'], { is_over_18: true }, undefined],
    [[0, null], {}, undefined],
  ])('for %j of %j is %s', (path, held, caution) => {
    expect(cautionFor(UNKNOWN_TYPE, path, held)).toBe(caution)
  })

  it('goes by the type where the catalogue has it', () => {
    expect(cautionFor('urn:countersign:medical-prescription:1', ['medicines', 0, 'name'], {})).toBe(
      'sensitive',
    )
  })

  it('is there for everything that is sensitive', () => {
    for (const [kind, { sensitivity }] of sharedClaims)
      if (sensitivity === 'sensitive') expect(cautionFor(UNKNOWN_TYPE, [kind], {}), kind).toBeDefined()
  })
})
