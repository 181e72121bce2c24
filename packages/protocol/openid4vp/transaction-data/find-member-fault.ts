/** Whether the members of an entry are those of its type (OpenID4VP 1.0 §8.5): nothing missing, nothing unknown, all of its kind. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { RefusalAt } from '../dcql/bounded-json.ts'
import { ACCEPTS, isGroup, type TransactionField } from './transaction-type.ts'

export type MemberFault =
  | RefusalAt<'member_missing' | 'member_unknown'>
  | (RefusalAt<'member_wrong'> & { readonly expected: TransactionField['kind'] })

/** Entries of a list. */
const MAX_LISTED = 50
/** Characters of a name that nobody here gave. */
const MAX_NAME = 60

/** `at`: where the object stands. */
export function findMemberFault(
  members: JsonObject,
  fields: readonly TransactionField[],
  at: string,
): MemberFault | undefined {
  const unknown = Object.keys(members).find((name) => !fields.some((field) => field.name === name))
  if (unknown !== undefined) return { code: 'member_unknown', at: `${at}.${unknown.slice(0, MAX_NAME)}` }
  for (const field of fields) {
    const value = Object.hasOwn(members, field.name) ? members[field.name] : undefined
    const fault = findFieldFault(value, field, `${at}.${field.name}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

function findFieldFault(
  value: JsonValue | undefined,
  field: TransactionField,
  at: string,
): MemberFault | undefined {
  if (value === undefined) return field.required ? { code: 'member_missing', at } : undefined
  const wrong: MemberFault = { code: 'member_wrong', at, expected: field.kind }
  if (!isGroup(field)) return ACCEPTS[field.kind](value) ? undefined : wrong
  if (field.kind === 'object') return isJsonObject(value) ? findMemberFault(value, field.fields, at) : wrong
  if (!isJsonArray(value) || value.length === 0 || value.length > MAX_LISTED) return wrong
  for (const [index, entry] of value.entries()) {
    const fault = isJsonObject(entry) ? findMemberFault(entry, field.fields, `${at}[${index}]`) : wrong
    if (fault !== undefined) return fault
  }
  return undefined
}
