/**
 * Types of an operator's own, from a folder: a JSON file each. They are as good as those that come along, or the start is refused:
 * everything that is wrong in any file is told at once, with file and member.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CatalogueType } from '@countersign/catalogue/catalogue-type'
import type { TypeMistake } from '@countersign/catalogue/written-type'
import { type JsonRefusal, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import { judgeWritten } from './judge-written.ts'

export interface OwnTypesInput {
  readonly folder: string
  readonly formats: readonly FormatFacts[]
  /** Whose names are taken. */
  readonly known: readonly CatalogueType[]
}

export interface FileMistake extends TypeMistake {
  /** Its name in the folder; empty for the folder itself. */
  readonly file: string
}

const MAX_BYTES = 262_144
const MAX_FILES = 1000

/** In the order of the files' names. */
export async function readOwnTypes(
  input: OwnTypesInput,
): Promise<Result<readonly CatalogueType[], readonly FileMistake[]>> {
  const names = await fileNames(input.folder)
  if (!names.ok) return names
  const files = await Promise.all(names.value.map((file) => readType(file, input)))
  const mistakes = [
    ...files.flatMap((one) => one.mistakes.map((mistake) => ({ file: one.file, ...mistake }))),
    ...takenNames(files, input.known),
  ]
  return mistakes.length > 0
    ? refuse(mistakes)
    : ok(files.flatMap(({ type }) => (type === undefined ? [] : [type])))
}

async function fileNames(folder: string): Promise<Result<readonly string[], readonly FileMistake[]>> {
  const wrong = (problem: string) => refuse([{ file: '', at: 'typesDir', problem }])
  const entries = await readdir(folder).catch((error: unknown) => codeOf(error))
  if (typeof entries === 'string')
    return wrong(`cannot be read (${entries}): is it there, and may this user read it?`)
  // A mounted map of files has links to them, and folders that begin with a dot.
  const names = entries.filter((name) => name.endsWith('.json') && !name.startsWith('.')).toSorted()
  return names.length > MAX_FILES ? wrong(`has more than ${MAX_FILES} types`) : ok(names)
}

interface ReadFile {
  readonly file: string
  readonly mistakes: readonly TypeMistake[]
  /** Without what could not be read of it; absent where nothing could. */
  readonly type?: CatalogueType
}

async function readType(file: string, { folder, formats }: OwnTypesInput): Promise<ReadFile> {
  const unread = (problem: string) => ({ file, mistakes: [{ at: '', problem }] })
  const text = await readFile(join(folder, file), 'utf8').catch((error: unknown) => ({ code: codeOf(error) }))
  if (typeof text !== 'string') return unread(`cannot be read (${text.code})`)
  const json = parseJsonObject(text.replace(/^\uFEFF/, ''), { maxBytes: MAX_BYTES, exactNumbers: true })
  if (!json.ok) return unread(JSON_PROBLEMS[json.error.code])
  return { file, ...(await judgeWritten(json.value, formats)) }
}

const JSON_PROBLEMS: Readonly<Record<JsonRefusal['code'], string>> = {
  json_invalid: 'is not JSON',
  json_too_large: `is larger than ${MAX_BYTES} bytes, or has too many values`,
  json_too_deep: 'has too many objects within each other',
  json_not_object: 'must be an object',
  json_duplicate_member: 'names a member twice',
  json_number_unsafe: 'has a number that JSON does not carry',
}

/** What a type is found by must lead to it alone, in the catalogue and at the issuer. */
function takenNames(files: readonly ReadFile[], known: readonly CatalogueType[]): readonly FileMistake[] {
  const owners = new Map<string, string>()
  for (const type of known)
    for (const { key } of namesOf(type)) owners.set(key, `${type.name}, which comes along`)
  return files.flatMap(({ file, type }) =>
    (type === undefined ? [] : namesOf(type)).flatMap(({ at, key }) => {
      const owner = owners.get(key)
      if (owner === undefined) owners.set(key, file)
      return owner === undefined ? [] : [{ file, at, problem: `is that of ${owner}` }]
    }),
  )
}

function namesOf({
  formats,
  id,
  name,
}: CatalogueType): readonly { readonly at: string; readonly key: string }[] {
  const called = Object.entries(formats).map(([format, one]) => ({
    at: `formats.${format}`,
    key: `${format} ${one}`,
  }))
  return [{ at: 'name', key: name }, { at: 'id', key: id }, ...called].filter(({ key }) => key !== '')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
