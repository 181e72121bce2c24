/**
 * How our own APIs read objects: a member that nobody knows is refused by name, and so is one that scripts of the field send
 * and that has no meaning here, with what to do in its place. Passed over, either would change what is asked or issued.
 * What another specification defines inside a body is `jsonObject`, and protocol messages are loose: neither comes here.
 */
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { z } from 'zod'

/** Members that the field knows, with why they are refused: `not supported`, or what says the same here. */
export type RefusedMembers = Readonly<Record<string, string>>

/** An object with these members and no others. */
export function strict<S extends z.ZodRawShape>(shape: S, refused: RefusedMembers = {}) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? tellUnknown(issue.keys, known, refused) : undefined,
  })
}

const MAX_NAMED = 3
const MAX_NAME_LENGTH = 40

function tellUnknown(names: readonly string[], known: readonly string[], refused: RefusedMembers): string {
  const told = names.slice(0, MAX_NAMED).map((name) => {
    if (Object.hasOwn(refused, name)) return `${name}: ${refused[name]}`
    return `${name.slice(0, MAX_NAME_LENGTH)} is not known here${didYouMean(nearestWord(name, known))}`
  })
  const more = names.length - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/** One of several forms; what is wrong is told of the one that was meant, which is the one with the fewest mistakes. */
export function oneOf<T extends readonly [z.ZodType, z.ZodType, ...z.ZodType[]]>(forms: T) {
  return z.union(forms, {
    error: (issue) => (issue.code === 'invalid_union' ? tellNearest(issue.errors) : undefined),
  })
}

type Mistake = z.core.$ZodIssue

function tellNearest(forms: readonly (readonly Mistake[])[]): string {
  const [meant] = forms
    .filter((mistakes) => !mistakes.some(isOfAnotherType))
    .toSorted((a, b) => a.length - b.length)
  if (meant === undefined) return `Invalid input: expected ${typesOf(forms)}`
  return meant
    .slice(0, MAX_NAMED)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join('/')}: ${message}`))
    .join('; ')
}

function isOfAnotherType({ code, path }: Mistake): boolean {
  return code === 'invalid_type' && path.length === 0
}

function typesOf(forms: readonly (readonly Mistake[])[]): string {
  return forms
    .flat()
    .map((mistake) => (mistake.code === 'invalid_type' ? mistake.expected : ''))
    .join(' or ')
}
