import { describe, expect, it } from 'vitest'
import { cautionFor } from './caution.ts'

const mdl = 'org.iso.18013.5.1'

describe('a word of caution', () => {
  it.each([
    [['document_number'], {}, 'identifier'],
    [[mdl, 'document_number'], {}, 'identifier'],
    [['credentialSubject', 'nationalIdNumber'], {}, 'identifier'],
    [[mdl, 'portrait'], {}, 'portrait'],
    [['birthdate'], { birthdate: '1990-01-01' }, undefined],
    [['birthdate'], { birthdate: '1990-01-01', is_over_18: true }, 'age_would_do'],
    [['birthdate'], { age_equal_or_over: { 18: true } }, 'age_would_do'],
    [[mdl, 'birth_date'], { [mdl]: { age_over_21: true } }, 'age_would_do'],
    [['given_name'], { is_over_18: true }, undefined],
    [[0, null], {}, undefined],
  ])('for %j of %j is %s', (path, held, caution) => {
    expect(cautionFor(path, held)).toBe(caution)
  })
})
