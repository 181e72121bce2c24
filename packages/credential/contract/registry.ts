/** The formats a deployment speaks: an explicit list that it is built from, no import side effects. */

import type { CredentialFormat } from './format.ts'
import type { FormatId } from './format-id.ts'

export interface FormatRegistry {
  /** The entries, in the order of the list that the registry was made from. */
  readonly all: readonly CredentialFormat[]
  readonly ids: readonly FormatId[]
  /** The entry of an identifier from outside, where somebody speaks it. */
  get(id: string): CredentialFormat | undefined
  /** The entry of an identifier of our own making. Throws for one that nobody speaks. */
  spoken(id: FormatId): CredentialFormat
}

export function formatRegistry(formats: readonly CredentialFormat[]): FormatRegistry {
  const byId = new Map<string, CredentialFormat>()
  for (const format of formats) {
    if (byId.has(format.id)) throw new Error(`two formats claim the identifier ${format.id}`)
    byId.set(format.id, format)
  }
  return {
    all: formats,
    ids: formats.map((format) => format.id),
    get: (id) => byId.get(id),
    spoken(id) {
      const format = byId.get(id)
      if (format === undefined) throw new Error(`nobody speaks the format ${id}`)
      return format
    },
  }
}
