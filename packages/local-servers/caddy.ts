/**
 * The Caddy of this machine as a load balancer on loopback, in the foreground of this process. It leaves no trace: its
 * folders are temporary, and it ends with this process in whatever way that ends.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CaddyfileOptions, caddyfile, type Site } from './caddyfile.ts'
import { findProgram } from './find-program.ts'
import { isFree, takesConnections } from './ports.ts'
import { type Program, startProgram, untilReady } from './process/program.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface CaddyOptions extends Pick<CaddyfileOptions, 'lookEveryMs'> {
  readonly sites: readonly Site[]
  /** Addresses to listen on. Default: IPv4 loopback, because what is behind it has no lock in development. */
  readonly bind?: readonly string[]
  /** Caddy's output is appended here; by default the end of it is kept in memory. */
  readonly logFile?: string
}

/** Throws `ProgramMissing` when there is no Caddy here, and an `Error` with its output when it does not start. */
export async function startCaddy({
  sites,
  bind = ['127.0.0.1'],
  logFile,
  lookEveryMs,
}: CaddyOptions): Promise<Program> {
  const program = findProgram(['caddy'], 'caddy')
  const text = caddyfile({ sites, bind, lookEveryMs })
  for (const { port } of sites) {
    // A stranger that listens there would pass for a Caddy that is ready.
    if (!(await isFree(port))) throw new Error(`Caddy cannot listen on port ${port}: it is in use`)
  }
  const folder = await temporaryFolder('caddy')
  const file = join(folder, 'Caddyfile')
  await writeFile(file, text, { mode: 0o600 })
  const caddy = startProgram({
    program,
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
    // Caddy writes an identity and a copy of its configuration to the user's folders otherwise.
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    logFile,
    temporaryFolder: folder,
  })
  await untilReady(caddy, 'caddy', () => allListen(sites))
  return caddy
}

async function allListen(sites: readonly Site[]): Promise<boolean> {
  const answers = await Promise.all(sites.map(({ port }) => takesConnections(port)))
  return answers.every(Boolean)
}
