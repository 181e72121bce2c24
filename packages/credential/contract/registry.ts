/** The formats a deployment speaks: an explicit list in each `main.ts`, no import side effects. */

import type { CredentialFormat } from './format.ts'
import type { FormatId } from './format-id.ts'

export interface FormatRegistry {
  readonly ids: readonly FormatId[]
  get(id: string): CredentialFormat | undefined
}

export function formatRegistry(formats: readonly CredentialFormat[]): FormatRegistry {
  const byId = new Map<string, CredentialFormat>()
  for (const format of formats) {
    if (byId.has(format.id)) throw new Error(`two formats claim the identifier ${format.id}`)
    byId.set(format.id, format)
  }
  return { ids: formats.map((format) => format.id), get: (id) => byId.get(id) }
}
