/**
 * Temporary folders that name the process they belong to. Whoever is killed with everything around it leaves them behind, and
 * the next one removes them: those that this user made, whose process is gone for certain, and no others.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type FolderKind = 'cluster' | 'postgres' | 'redis' | 'caddy'

export function temporaryFolder(kind: FolderKind): Promise<string> {
  return mkdtemp(join(tmpdir(), `countersign-${kind}-${nameOf(process.pid)}-`))
}

const PATTERN = /^countersign-(?:cluster|postgres|redis|caddy)-([0-9a-z]+\.[0-9a-z]+\.[0-9a-z]+)-\w{6}$/

/** Removes what processes left that are gone. `owners`: beside this user, who else made folders for it. */
export async function removeLeftFolders(owners: readonly (number | undefined)[] = []): Promise<void> {
  const mine = [process.getuid?.(), ...owners]
  for (const name of await readdir(tmpdir()).catch((): string[] => [])) {
    const owner = PATTERN.exec(name)?.[1]
    if (owner === undefined || !isGone(owner)) continue
    const folder = join(tmpdir(), name)
    const found = await lstat(folder).catch(() => undefined)
    if (found?.isDirectory() && mine.includes(found.uid))
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Its number, when it began and where numbers of processes count: a number alone is used again. */
function nameOf(pid: number): string {
  return [pid, beginOf(pid) ?? 0, spaceOfNumbers()].map((part) => part.toString(36)).join('.')
}

function isGone(name: string): boolean {
  const [pid = 0, begin = 0, space = 0] = name.split('.').map((part) => Number.parseInt(part, 36))
  // Of another container with the same folder: nobody here can tell.
  if (space !== spaceOfNumbers()) return false
  return hasProcesses() ? beginOf(pid) !== begin : !isAlive(pid)
}

/** In ticks since the system started; the name of the program, which comes before it, may hold anything but a `)` at its end. */
function beginOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return undefined
  }
}

function spaceOfNumbers(): number {
  try {
    return Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0)
  } catch {
    return 0
  }
}

function hasProcesses(): boolean {
  try {
    return readdirSync('/proc/self').length > 0
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
