/**
 * Reads one HOCON file (JSON is a part of HOCON), with `${?VAR}` from the process's environment and inclusion of files in
 * the same folder. It promises data only: nothing is fetched and nothing runs by reading a file. It refuses to know which
 * keys there are.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Parser } from '@pushcorn/hocon-parser'

/** `reason` is for the operator and repeats nothing of the file's values. */
export type HoconRefusal =
  | { readonly code: 'file_missing' }
  | { readonly code: 'file_unreadable'; readonly reason: string }

/** The file's top-level object. Loads the parser at the first call, so that a start without files does not pay. */
export async function readHoconFile(path: string): Promise<Result<Record<string, unknown>, HoconRefusal>> {
  const found = await fileFound(path)
  if (!found.ok) return found
  const Context = await loadParser()
  const file = pathToFileURL(path).href
  try {
    // Not the parser's own entry, which loads what the package.json of the main program names as its plug-ins.
    const value = await new Context({ url: file, strict: true }).resolve()
    if (isRecord(value)) return ok(value)
    return refuse({ code: 'file_unreadable', reason: 'not an object at the top level' })
  } catch (error) {
    return refuse({ code: 'file_unreadable', reason: reasonOf(error, file) })
  }
}

/** An object that is neither null nor an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function fileFound(path: string): Promise<Result<true, HoconRefusal>> {
  try {
    const found = await stat(path)
    return found.isFile() ? ok(true) : refuse({ code: 'file_unreadable', reason: 'not a file' })
  } catch (error) {
    if (isRecord(error) && error['code'] === 'ENOENT') return refuse({ code: 'file_missing' })
    return refuse({ code: 'file_unreadable', reason: firstLine(error) })
  }
}

let loading: Promise<Parser['Context']> | undefined

function loadParser(): Promise<Parser['Context']> {
  loading ??= loadHardened()
  return loading
}

async function loadHardened(): Promise<Parser['Context']> {
  const [{ default: parser }, { default: utils }, { readDataOnly }] = await Promise.all([
    import('@pushcorn/hocon-parser'),
    import('@pushcorn/hocon-parser/lib/utils.js'),
    import('./hocon-data-only.ts'),
  ])
  readDataOnly(parser, utils)
  return parser.Context
}

function reasonOf(error: unknown, file: string): string {
  const at = isRecord(error) && isRecord(error['at']) ? error['at'] : undefined
  if (at === undefined) return firstLine(error)
  const elsewhere = typeof at['file'] === 'string' && at['file'] !== file ? ` of ${basename(at['file'])}` : ''
  return `${firstLine(error)}, line ${Number(at['line'])} column ${Number(at['col'])}${elsewhere}`
}

/** Parser messages end in a token dump that repeats the text of the file; the first line up to it names the fault. */
function firstLine(error: unknown): string {
  if (error instanceof Error && 'syscall' in error && 'code' in error)
    return `cannot be read (${String(error.code)}): is it there, and may this user read it?`
  const message = error instanceof Error ? error.message : String(error)
  const [line = ''] = message.split('\n')
  const at = /line: (\d+), col: (\d+)/.exec(line)
  const text = line.split(/[.]?\s*\(?(?:Source|Token): /)[0] ?? line
  return at === null ? text.slice(0, 300) : `${text.slice(0, 300)}, line ${at[1]} column ${at[2]}`
}
