/**
 * Reads one HOCON file (JSON is a part of HOCON), with `${?VAR}` from the process's environment and inclusion of
 * other files. It promises data only: nothing is fetched from the network and no script is run by reading a file.
 * It refuses to know which keys there are.
 */
import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { ok, type Result, refuse } from '@countersign/core/result'

const MAX_FILE_BYTES = 1_000_000

/** `reason` is for the operator and repeats nothing of the file's values. */
export type HoconRefusal =
  | { readonly code: 'file_missing' }
  | { readonly code: 'file_unreadable'; readonly reason: string }

/** The file's top-level object. Loads the parser at the first call, so that a start without files does not pay. */
export async function readHoconFile(path: string): Promise<Result<Record<string, unknown>, HoconRefusal>> {
  const size = await fileSize(path)
  if (!size.ok) return size
  if (size.value > MAX_FILE_BYTES) return refuse({ code: 'file_unreadable', reason: 'larger than 1 MB' })
  try {
    const parse = await loadParser()
    const value = await parse({ url: pathToFileURL(path).href, strict: true })
    if (isRecord(value)) return ok(value)
    return refuse({ code: 'file_unreadable', reason: 'not an object at the top level' })
  } catch (error) {
    return refuse({ code: 'file_unreadable', reason: firstLine(error) })
  }
}

/** An object that is neither null nor an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function fileSize(path: string): Promise<Result<number, HoconRefusal>> {
  try {
    const found = await stat(path)
    if (!found.isFile()) return refuse({ code: 'file_unreadable', reason: 'not a file' })
    return ok(found.size)
  } catch (error) {
    if (isRecord(error) && error['code'] === 'ENOENT') return refuse({ code: 'file_missing' })
    return refuse({ code: 'file_unreadable', reason: firstLine(error) })
  }
}

async function loadParser() {
  const { default: parse } = await import('@pushcorn/hocon-parser')
  forbidCodeAndNetwork(parse)
  return parse
}

/** The parser finds sources and builders by class name, so these stand in the place of its own. */
function forbidCodeAndNetwork(parse: typeof import('@pushcorn/hocon-parser').default) {
  const { SourceAdapter, BuilderAdapter } = parse
  class HttpSource extends SourceAdapter {
    async onLoad() {
      throw new Error('a configuration file may not include from the network')
    }
  }
  class HttpsSource extends HttpSource {}
  class ScriptBuilder extends BuilderAdapter {
    async build() {
      throw new Error('a configuration file may not include a script')
    }
  }
  parse.registerComponent(HttpSource, HttpsSource, ScriptBuilder)
}

/** Parser messages end in a token dump that repeats the text of the file; the first line up to it names the fault. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const [line = ''] = message.split('\n')
  const at = /line: (\d+), col: (\d+)/.exec(line)
  const text = line.split(/[.]?\s*\(?(?:Source|Token): /)[0] ?? line
  return at === null ? text.slice(0, 300) : `${text.slice(0, 300)}, line ${at[1]} column ${at[2]}`
}
