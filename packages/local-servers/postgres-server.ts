/**
 * A PostgreSQL server of this machine on a loopback port, in the foreground of this process. Whoever can reach the
 * port may log in (`trust`): for tests and for trying a cluster on one machine, never for data that matters.
 * PostgreSQL refuses to run as root, so it becomes the `postgres` user then.
 */
import { execFile } from 'node:child_process'
import { chown, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { findProgram, postgresFolders } from './find-program.ts'
import { freePort } from './ports.ts'
import { type Program, startProgram, untilReady } from './process/program.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface PostgresServerOptions {
  /** A free one by default. */
  readonly port?: number | undefined
  /** Kept after the end and opened again when it holds a database; without it a temporary folder. */
  readonly dataFolder?: string | undefined
  /** False: no fsync. Fast, and a power cut loses the database. */
  readonly durable?: boolean | undefined
}

/** Its backends are processes of their own, so there is no stopping it in its tracks. */
export interface PostgresServer extends Pick<Program, 'pid' | 'stop' | 'kill'> {
  readonly url: string
  readonly port: number
}

interface Identity {
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

const SUPERUSER = 'countersign'

/** Throws `ProgramMissing` when there is no PostgreSQL here, and an `Error` with its output when it does not start. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const initdb = findProgram(['initdb'], 'postgresql', postgresFolders())
  const program = findProgram(['postgres'], 'postgresql', postgresFolders())
  const identity = await identityOfServer()
  const port = options.port ?? (await freePort())
  const folder = await prepareFolder(options.dataFolder, identity)
  const temporaryFolder = options.dataFolder === undefined ? folder : undefined
  await initialise(initdb, folder, identity).catch(async (error: unknown) => {
    if (temporaryFolder) await rm(temporaryFolder, { recursive: true, force: true })
    throw error
  })
  const running = startProgram({
    program,
    args: argsFor(port, folder, options.durable ?? true),
    ...identity,
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything committed is written.
    stopSignal: 'SIGINT',
    temporaryFolder,
  })
  const { pid, stop, kill } = running
  await untilReady(running, 'postgres', () => saysReady(folder, pid))
  return { pid, stop, kill, port, url: `postgres://${SUPERUSER}@127.0.0.1:${port}/postgres` }
}

function argsFor(port: number, folder: string, durable: boolean): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: `${port}`,
    unix_socket_directories: folder,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** As whom the server runs and keeps its folder: not as root. */
export async function identityOfServer(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {}
  const passwd = await readFile('/etc/passwd', 'utf8')
  const [, , uid, gid] = (passwd.split('\n').find((line) => line.startsWith('postgres:')) ?? '').split(':')
  if (!uid || !gid) throw new Error('PostgreSQL does not run as root, and there is no user named postgres')
  return { uid: Number(uid), gid: Number(gid) }
}

async function prepareFolder(wanted: string | undefined, identity: Identity): Promise<string> {
  const folder = wanted ?? (await temporaryFolder('postgres'))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (identity.uid !== undefined && identity.gid !== undefined) {
    await passable(dirname(resolve(folder)), identity)
    await chown(folder, identity.uid, identity.gid)
  }
  return folder
}

/** Root may pass through every folder, its server only through its own and those that are open to it. */
async function passable(folder: string, server: Identity): Promise<void> {
  const { gid, mode, uid } = await stat(folder)
  const bit = uid === server.uid ? 0o100 : gid === server.gid ? 0o010 : 0o001
  if ((mode & bit) === 0)
    throw new Error(
      `PostgreSQL runs as the user postgres here, who may not pass through ${folder}: chmod o+x ${folder}`,
    )
  if (dirname(folder) !== folder) await passable(dirname(folder), server)
}

async function initialise(initdb: string, folder: string, identity: Identity): Promise<void> {
  if (await exists(join(folder, 'PG_VERSION'))) return
  const how = ['--auth=trust', `--username=${SUPERUSER}`, '--encoding=UTF8', '--no-locale', '--no-sync']
  await promisify(execFile)(initdb, ['-D', folder, ...how], { ...identity, cwd: folder })
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** The server writes its process id on the first line of this file and its state on the eighth. */
async function saysReady(folder: string, pid: number): Promise<boolean> {
  const lines = await readFile(join(folder, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n').map((line) => line.trim()),
    () => [],
  )
  return lines[0] === `${pid}` && lines[7] === 'ready'
}
