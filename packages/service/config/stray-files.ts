/**
 * Files in the folder of the configuration that nobody reads: with a misspelt name all that is said in them would be passed
 * over in silence. One whose name is nearly that of a file that is read, and is not there, is a mistake; another may be a part
 * that one of them includes, or of some other program, and is named.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { configFileNames, type Mistake, SERVICE_NAMES } from './sources.ts'

export interface StrayFiles {
  readonly mistakes: readonly Mistake[]
  /** Paths. */
  readonly unread: readonly string[]
}

export async function strayFiles(directory: string, service: string): Promise<StrayFiles> {
  const there = await readdir(directory).catch((): string[] => [])
  const read = configFileNames(service)
  // A folder may serve several services.
  const known = new Set([service, ...SERVICE_NAMES].flatMap(configFileNames))
  const unknown = there.filter((name) => name.endsWith('.conf') && !known.has(name))
  if (unknown.length === 0) return { mistakes: [], unread: [] }
  const texts = await Promise.all(read.map((name) => readFile(join(directory, name), 'utf8').catch(() => '')))
  const strays = unknown.filter((name) => !texts.some((text) => text.includes(stem(name))))
  const absent = [...known].filter((name) => !there.includes(name))
  const meant = (name: string) => {
    const near = nearestWord(stem(name), absent.map(stem))
    return near && `${near}.conf`
  }
  return {
    mistakes: strays.filter(meant).map((name) => ({
      source: join(directory, name),
      key: '',
      problem: `no service reads a file of that name${didYouMean(meant(name))}`,
    })),
    unread: strays.filter((name) => !meant(name)).map((name) => join(directory, name)),
  }
}

function stem(name: string): string {
  return name.replace(/\.conf$/, '')
}
