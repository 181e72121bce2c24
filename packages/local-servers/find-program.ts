/**
 * Finds a program of this machine: in `PATH`, then in the folders where distributions hide it. What is missing is
 * answered with the command that installs it, because whoever reads the message wants to go on.
 */
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing'
}

/** Absolute path of the first of `names` that can be run; throws `ProgramMissing` with the apt command. */
export function findProgram(
  names: readonly string[],
  aptPackage: string,
  folders: readonly string[] = [],
): string {
  const searched = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...folders]
  for (const name of names) {
    const found = searched.map((folder) => join(folder, name)).find(isExecutable)
    if (found) return found
  }
  throw new ProgramMissing(
    `${names.join(' or ')} is not installed here; on Debian or Ubuntu: apt-get install -y ${aptPackage}`,
  )
}

/** Debian keeps each major version of the PostgreSQL programs apart; the newest comes first. */
export function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql'
  return entriesOf(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
