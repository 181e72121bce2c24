import { describe, expect, it } from 'vitest'
import { holderName } from './holder-name.ts'

const claim = (name: string, value: string) => ({ path: ['ns', name], label: name, value })

describe("the holder's name", () => {
  it('is given name and family name, in whichever order a type has them', () => {
    expect(holderName([claim('family_name', 'Brandt'), claim('given_name', 'Ana')])).toBe('Ana Brandt')
    expect(holderName([claim('familyName', 'Brandt')])).toBe('Brandt')
  })

  it('is not made of anything else', () => {
    expect(holderName([claim('company', 'Example')])).toBeUndefined()
  })
})
