/**
 * The built pages of an app, as they lie in its folder when the service starts: read once, whole, into a table by address.
 * What is not in the table is not served, so no address leads out of the folder, and a build that runs meanwhile changes
 * nothing under a page that is open.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { StartRefused } from '../../operation/start-refused.ts'

export type Encoding = 'br' | 'gzip'

export interface BuiltFile {
  readonly contentType: string
  readonly body: Buffer
  /** Made by the build, beside the file. */
  readonly packed: Readonly<Partial<Record<Encoding, Buffer>>>
  /** Of the contents, without quotation marks. */
  readonly etag: string
  /** Its name changes with its contents: whoever has it has it for good. */
  readonly hashed: boolean
}

export interface BuiltPages {
  /** By path, `/assets/main-4f2a.js`. */
  readonly files: ReadonlyMap<string, BuiltFile>
  /** The page that every route of the app begins with. */
  readonly index: BuiltFile
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}
const PACKED: Readonly<Record<string, Encoding>> = { '.br': 'br', '.gz': 'gzip' }
/** Below it lies what the build named by its contents. */
const HASHED = '/assets/'

/** Throws `StartRefused` where nothing was built. */
export async function readBuiltPages(folder: string): Promise<BuiltPages> {
  const contents = await contentsOf(folder)
  const files = new Map(
    [...contents.keys()].flatMap((path) => {
      const file = fileAt(path, contents)
      return file === undefined ? [] : [[path, file] as const]
    }),
  )
  const index = files.get('/index.html')
  if (index === undefined)
    throw new StartRefused(`there are no built pages in ${folder}: node scripts/build-pages.mjs builds them`)
  return { files, index }
}

async function contentsOf(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  // A link is no file of the build's.
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const pairs = await Promise.all(
    names.map(async (name) => [pathOf(folder, name), await readFile(name)] as const),
  )
  return new Map(pairs.filter(([path]) => !path.includes('/.')))
}

function pathOf(folder: string, name: string): string {
  return `/${name.slice(folder.length).split(sep).filter(Boolean).join('/')}`
}

/** Undefined for what stands beside another file, and for kinds that no page has. */
function fileAt(path: string, contents: ReadonlyMap<string, Buffer>): BuiltFile | undefined {
  const contentType = CONTENT_TYPES[extname(path)]
  const body = contents.get(path)
  if (contentType === undefined || body === undefined) return undefined
  const packed = Object.entries(PACKED).flatMap(([suffix, encoding]) => {
    const beside = contents.get(`${path}${suffix}`)
    return beside === undefined ? [] : [[encoding, beside] as const]
  })
  return {
    contentType,
    body,
    packed: Object.fromEntries(packed),
    etag: createHash('sha256').update(body).digest('base64url').slice(0, 22),
    hashed: path.startsWith(HASHED),
  }
}
