/** What an entry of transaction data says, as rows: every value that is in it, whether its type is known here or not. Pure. */
import type { TransactionDataProfiles } from '@countersign/api/verifier/transaction-data'
import { wordsOf } from '@countersign/ui/forms/schema-fields'
import type { ValueWords } from './claim-rows.ts'

export interface TransactionRow {
  readonly label: string
  readonly value: string
}

type Profile = TransactionDataProfiles[number]
type Members = Readonly<Record<string, unknown>>
type Labels = ReadonlyMap<string, { readonly label: string; readonly within: Labels }>

/** Of the entry itself (OpenID4VP 1.0 §8.4), not of what is authorised. */
const OF_THE_ENTRY = new Set(['type', 'credential_ids', 'transaction_data_hashes_alg'])

/** `language`: BCP 47, of the labels. */
export function transactionRows(
  data: Members,
  profile: Profile | undefined,
  { language, words }: { readonly language: string; readonly words: ValueWords },
): readonly TransactionRow[] {
  const said = Object.fromEntries(Object.entries(data).filter(([name]) => !OF_THE_ENTRY.has(name)))
  return rowsOf(said, { labels: labelsOf(profile?.fields, language), words, above: '' })
}

export function transactionTitle(type: string, profile: Profile | undefined, language: string): string {
  return textIn(profile?.displayNames, language) ?? type
}

interface Level {
  readonly labels: Labels
  readonly words: ValueWords
  /** What the members belong to, where there are several of it. */
  readonly above: string
}

function rowsOf(members: Members, level: Level): readonly TransactionRow[] {
  return Object.entries(members).flatMap(([name, value]) => {
    const known = level.labels.get(name)
    const label = `${level.above}${known?.label ?? wordsOf(name)}`
    const within = { ...level, labels: known?.within ?? NONE }
    if (isMembers(value)) return rowsOf(value, within)
    if (!Array.isArray(value) || !value.every(isMembers))
      return [{ label, value: textOf(value, level.words) }]
    return value.flatMap((one, at) => rowsOf(one, { ...within, above: `${label} ${at + 1}: ` }))
  })
}

function textOf(value: unknown, { no, yes }: ValueWords): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? yes : no
  return JSON.stringify(value)
}

const NONE: Labels = new Map()

/** Fields within fields are of the same form, which their schema does not say. */
function labelsOf(fields: unknown, language: string): Labels {
  const list = Array.isArray(fields) ? fields.filter(isMembers) : []
  return new Map(
    list.flatMap(({ name, label, fields: inner }) => {
      const text = isMembers(label) ? textIn(label, language) : undefined
      return typeof name === 'string' && text !== undefined
        ? [[name, { label: text, within: labelsOf(inner, language) }] as const]
        : []
    }),
  )
}

function textIn(texts: Members | undefined, language: string): string | undefined {
  const [wanted = ''] = language.split('-', 1)
  const found = texts?.[wanted] ?? texts?.['en'] ?? Object.values(texts ?? {})[0]
  return typeof found === 'string' ? found : undefined
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
