/** Whose card it is, as far as its claims have the name of a person: what stands at the foot of a card. */
import type { ViewClaim } from './credential-view.ts'

const GIVEN = ['given_name', 'givenName', 'firstName', 'first_name']
const FAMILY = ['family_name', 'familyName', 'lastName', 'last_name']

/** Undefined where no claim has it. */
export function holderName(claims: readonly ViewClaim[]): string | undefined {
  const named = (names: readonly string[]) =>
    claims.find(({ path }) => names.includes(String(path.at(-1))))?.value
  const name = [named(GIVEN), named(FAMILY)].filter((part) => part !== undefined).join(' ')
  return name === '' ? undefined : name
}
