/** The formats a deployment speaks: an explicit list in each `main.ts`, no import side effects. */
import type { CredentialFormat, FormatId } from './format.ts'

export interface FormatRegistry {
  readonly ids: readonly FormatId[]
  /** Finds by own id or by an id that the format also reads. */
  get(id: string): CredentialFormat | undefined
}

export function formatRegistry(formats: readonly CredentialFormat[]): FormatRegistry {
  const byId = new Map<string, CredentialFormat>()
  for (const format of formats) {
    for (const id of [format.id, ...format.readsAlso]) {
      if (byId.has(id)) throw new Error(`two formats claim the identifier ${id}`)
      byId.set(id, format)
    }
  }
  return { ids: formats.map((format) => format.id), get: (id) => byId.get(id) }
}
