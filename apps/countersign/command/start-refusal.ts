/**
 * Why a service did not start, in words for the terminal and with what to do about it: what an operator can repair. Anything
 * that is nobody's mistake but ours is thrown on, with its stack.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * One sentence, or a line for each mistake; undefined for an error that deserves its stack. `portFlag`: what names another
 * port here.
 */
export function startRefusal(error: unknown, portFlag = '--webPort'): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'StartRefused') return withDetails(error)
  if (OF_THE_SURROUNDINGS.has(error.name)) return error.message
  return systemRefusal(error, portFlag)
}

const OF_THE_SURROUNDINGS: ReadonlySet<string> = new Set([
  'StoreUnavailable',
  'ProgramMissing',
  'IdentityDamaged',
])

/** A file that is open already is written without its name. */
const NO_SPACE: readonly string[] = ['ENOSPC', 'EDQUOT']

function withDetails(error: Error): string {
  const details = 'details' in error && Array.isArray(error.details) ? error.details.map(String) : []
  if (details.length < 2) return details[0] ?? error.message
  return [error.message, ...details.map((line) => `  ${line}`)].join('\n')
}

/** Of a call to the system that failed: what was called tells whether an address or a file was meant. */
function systemRefusal(error: Error, portFlag: string): string | undefined {
  if (!('code' in error) || typeof error.code !== 'string') return undefined
  if ('path' in error && typeof error.path === 'string')
    return fileRefusal(causeOf(error.code, error.path), error.path)
  if (NO_SPACE.includes(error.code)) return fileRefusal(error.code, 'what is written at the start (--data)')
  const syscall = 'syscall' in error ? error.syscall : undefined
  return syscall === 'listen' || syscall === 'getaddrinfo'
    ? addressRefusal(error.code, error, portFlag)
    : undefined
}

function addressRefusal(code: string, error: object, portFlag: string): string | undefined {
  const port = 'port' in error ? `port ${String(error.port)}` : 'the port'
  switch (code) {
    case 'EADDRINUSE':
      return `${port} is in use: is another instance running? ${portFlag} names another`
    case 'EACCES':
      return `${port} may not be listened on by this user: ${portFlag} names another, 1024 or higher`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'webHost is no address of this machine: 127.0.0.1, or 0.0.0.0 for every interface'
    default:
      return undefined
  }
}

function fileRefusal(code: string, path: string): string | undefined {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be opened by this user: ${ownerCure(path)}`
    case 'EROFS':
      return `${path} is on a file system that is mounted read-only: mount one that may be written, or name another folder with --data`
    case 'ENOSPC':
    case 'EDQUOT':
      return `there is no space left for ${path}: make room, or name another folder with --data`
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return `${path} cannot be opened or made (${code}): name another folder with --data, or another file`
    case 'EMFILE':
    case 'ENFILE':
      return `too many files are open to open ${path}: raise the limit (ulimit -n)`
    default:
      return undefined
  }
}

/** Node makes folders one by one and says at the end that one is not there, whatever kept it from being made. */
function causeOf(code: string, path: string): string {
  const found = code === 'ENOENT' ? nearestThere(path) : undefined
  try {
    if (found !== undefined && found.path !== path) accessSync(found.path, constants.W_OK)
    return code
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : code
  }
}

/** A folder that was mounted into a container belongs to whoever made it outside. */
function ownerCure(path: string): string {
  const uid = process.getuid?.()
  const found = nearestThere(path)
  if (uid === undefined || found === undefined || found.uid === uid)
    return 'give it the right (chmod u+rwX), or name another folder with --data'
  return `${found.path} belongs to uid ${found.uid} and this process runs as uid ${uid}; chown -R ${uid} ${found.path}, or name another folder with --data`
}

function nearestThere(path: string): { readonly path: string; readonly uid: number } | undefined {
  try {
    return { path, uid: statSync(path).uid }
  } catch {
    return dirname(path) === path ? undefined : nearestThere(dirname(path))
  }
}
