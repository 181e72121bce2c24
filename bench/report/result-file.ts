/** Keeps a run as JSON, with what it needs to be compared with another: commit, machine and Node version. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../settings.ts'
import type { Row } from './figure.ts'

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url))

export interface KeptRun {
  readonly commit: string
  readonly figures: readonly Row[]
}

/** The newest run that was kept; undefined before the first. */
export function lastKept(): KeptRun | undefined {
  const runs = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name): KeptRun & { readonly date: string } => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')))
  return runs.toSorted((a, b) => a.date.localeCompare(b.date)).at(-1)
}

/** Answers the path of the file, from the working directory. */
export function keepResult(rows: readonly Row[], settings: Settings, seconds: number): string {
  const commit = git('rev-parse', '--short', 'HEAD')
  const date = new Date().toISOString()
  const result = {
    date,
    commit,
    uncommittedChanges: git('status', '--porcelain') !== '',
    node: process.version,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGigabytes: Math.round(totalmem() / 1e9),
    },
    seconds: Math.round(seconds),
    settings,
    figures: rows,
  }
  mkdirSync(FOLDER, { recursive: true })
  const file = join(FOLDER, `${date.slice(0, 10)}-${commit}.json`)
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`)
  return relative(process.cwd(), file)
}

function git(...args: readonly string[]): string {
  const ran = spawnSync('git', args, { cwd: FOLDER.replace(/results\/$/, ''), encoding: 'utf8' })
  return ran.status === 0 ? ran.stdout.trim() : 'unknown'
}
