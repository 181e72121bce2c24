/** A claim's value as a line of plain text for people, in any format. Never markup: whoever shows it escapes it. */
import { isJsonArray, type JsonValue } from '@countersign/core/json'

const MAX_LENGTH = 500
const MAX_ENTRIES = 20

export function displayValue(value: JsonValue): string {
  const text = describe(value, 3)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
}

function describe(value: JsonValue, depthLeft: number): string {
  if (value === null) return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'object') return withoutControls(String(value))
  if (depthLeft === 0) return '…'
  if (isJsonArray(value)) return listed(value.map((entry) => describe(entry, depthLeft - 1)))
  return listed(
    Object.entries(value).map(
      ([name, inner]) => `${withoutControls(name)}: ${describe(inner, depthLeft - 1)}`,
    ),
  )
}

function listed(entries: readonly string[]): string {
  const shown = entries.slice(0, MAX_ENTRIES).join(', ')
  return entries.length > MAX_ENTRIES ? `${shown}, …` : shown
}

/** Control and bidirectional formatting characters could make a value look like another one (Unicode TR36 §2.5). */
function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
}
