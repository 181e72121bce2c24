/** What people are shown of a transaction: every value that is in it, under a name in their language. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { TransactionEntry } from './transaction-data.ts'
import { isGroup, type LocalTexts, type TransactionField } from './transaction-type.ts'

export interface ShownTransaction {
  readonly type: string
  readonly title: string
  readonly fields: readonly ShownField[]
}

export interface ShownField {
  readonly label: string
  readonly value: string
}

/** `locales`: the most wanted first. */
export function showTransaction(
  { members, type }: Pick<TransactionEntry, 'members' | 'type'>,
  locales: readonly string[],
): ShownTransaction {
  return {
    type: type.type,
    title: textIn(type.displayName, locales),
    fields: rowsOf(members, type.fields, locales, ''),
  }
}

/** `above`: what the members belong to, where there are several of it. */
function rowsOf(
  members: JsonObject,
  fields: readonly TransactionField[],
  locales: readonly string[],
  above: string,
): readonly ShownField[] {
  return fields.flatMap((field): readonly ShownField[] => {
    const value = members[field.name]
    if (value === undefined) return []
    const label = textIn(field.label, locales)
    if (!isGroup(field)) return [{ label: `${above}${label}`, value: valueText(value) }]
    if (isJsonObject(value)) return rowsOf(value, field.fields, locales, above)
    return (isJsonArray(value) ? value : []).flatMap((entry, index) =>
      isJsonObject(entry) ? rowsOf(entry, field.fields, locales, `${above}${label} ${index + 1}: `) : [],
    )
  })
}

function valueText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function textIn(texts: LocalTexts, locales: readonly string[]): string {
  const known = Object.entries(texts)
  const languageOf = (tag: string) => tag.toLowerCase().split('-', 1)[0]
  for (const wanted of locales) {
    const found = known.find(([tag]) => languageOf(tag) === languageOf(wanted))
    if (found !== undefined) return found[1]
  }
  return known[0]?.[1] ?? ''
}
