/**
 * `vp_required_credentials`, in walt.id's words: of each requirement one type is among what is presented. A type is what the credential's
 * format calls it (`vct`, docType, the last of the types); compared is the whole name.
 */
import type { JudgedPolicy } from './policy.ts'

const MAX_REQUIREMENTS = 50
const MAX_TYPES = 50
const MAX_TYPE_LENGTH = 500

export const requiredCredentials: JudgedPolicy = {
  name: 'vp_required_credentials',
  description: 'Of each entry of args.required a credential of that type is presented.',
  argumentsExpected: (args) =>
    requirementsOf(args) === undefined
      ? '{required}, a list of 1 to 50 entries, each {credential_type} or {any_of}, a list of such entries or of types,'
      : undefined,
  judge: async ({ args, credentials }) => {
    const types = new Set(credentials.map(({ type }) => type))
    const requirements = requirementsOf(args) ?? []
    return requirements.every((oneOf) => oneOf.some((type) => types.has(type)))
      ? { outcome: 'passed' }
      : { outcome: 'failed', detail: 'required_missing' }
  },
}

/** Of each requirement the types that meet it; undefined for anything else, members that would not be looked at included. */
function requirementsOf(args: unknown): readonly (readonly string[])[] | undefined {
  const required = onlyMember(args, 'required')
  if (!Array.isArray(required) || required.length === 0 || required.length > MAX_REQUIREMENTS)
    return undefined
  const read = required.map(typesOf)
  return read.every((types) => types !== undefined) ? read : undefined
}

function typesOf(requirement: unknown): readonly string[] | undefined {
  const one = typeOf(requirement)
  if (one !== undefined) return [one]
  const anyOf = onlyMember(requirement, 'any_of')
  if (!Array.isArray(anyOf) || anyOf.length === 0 || anyOf.length > MAX_TYPES) return undefined
  const types = anyOf.map((entry) => (isType(entry) ? entry : typeOf(entry)))
  return types.every((type) => type !== undefined) ? types : undefined
}

function typeOf(requirement: unknown): string | undefined {
  const type = onlyMember(requirement, 'credential_type')
  return isType(type) ? type : undefined
}

function isType(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TYPE_LENGTH
}

function onlyMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const [[only, member] = [], ...more] = Object.entries(value)
  return only === name && more.length === 0 ? member : undefined
}
