/** The types that a service knows: those that come along, and those of the folder that is configured. */
import { resolve } from 'node:path'
import type { CatalogueType } from '@countersign/catalogue/catalogue-type'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { StartRefused } from '../operation/start-refused.ts'

export interface TypesInput {
  /** Relative to `cwd`; absent: there are no types of the operator's own. */
  readonly typesDir?: string | undefined
  readonly cwd: string
  readonly formats: readonly FormatFacts[]
  /** Those that come along. */
  readonly types: readonly CatalogueType[]
}

/** Throws `StartRefused` with a line for each mistake. */
export async function openTypes({
  cwd,
  formats,
  types,
  typesDir,
}: TypesInput): Promise<readonly CatalogueType[]> {
  if (typesDir === undefined) return types
  // Few have types of their own, so what reads them is loaded for them alone.
  const { readOwnTypes } = await import('./own-types.ts')
  const own = await readOwnTypes({ folder: resolve(cwd, typesDir), formats, known: types })
  if (own.ok) return [...types, ...own.value]
  const lines = own.error.map(({ at, file, problem }) =>
    [[typesDir, file].filter(Boolean).join('/'), at, problem].filter(Boolean).join(': '),
  )
  throw new StartRefused(
    `${lines.length === 1 ? 'a mistake' : `${lines.length} mistakes`} in its own types`,
    lines,
  )
}
