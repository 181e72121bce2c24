import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  directoryShelf,
  type IdentityShelf,
  layeredShelf,
  memoryShelf,
  type RecordStore,
  sharedShelf,
} from './identity-store.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'countersign-shelf-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Answers after a while and in any order, as a store over the network does. */
function slowStore(): RecordStore & { records: Map<string, string>; ttls: number[] } {
  const records = new Map<string, string>()
  const ttls: number[] = []
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
  return {
    records,
    ttls,
    async create(id, value, ttlSeconds) {
      await pause()
      const isNew = !records.has(id)
      if (isNew) records.set(id, value)
      ttls.push(ttlSeconds)
      await pause()
      return isNew
    },
    async get(id) {
      await pause()
      const value = records.get(id)
      return value === undefined ? undefined : { value }
    },
  }
}

const shelves: readonly [string, () => IdentityShelf][] = [
  ['in memory', memoryShelf],
  ['in a directory', () => directoryShelf(join(root, `deep/${Math.random()}`))],
  ['in a shared store', () => sharedShelf(slowStore())],
  [
    'in both',
    () => layeredShelf(sharedShelf(slowStore()), directoryShelf(join(root, `${Math.random()}`)), fail),
  ],
]

function fail(message: string): void {
  throw new Error(message)
}

describe.each(shelves)('a shelf %s', (_, open) => {
  it('has nothing at first and keeps what is put', async () => {
    const shelf = open()
    expect(await shelf.read('a')).toBeUndefined()
    expect(await shelf.putIfAbsent('a', 'first')).toBe('first')
    expect(await shelf.read('a')).toBe('first')
    expect(await shelf.read('b')).toBeUndefined()
  })

  it('never changes a record', async () => {
    const shelf = open()
    await shelf.putIfAbsent('a', 'first')
    expect(await shelf.putIfAbsent('a', 'second')).toBe('first')
    expect(await shelf.read('a')).toBe('first')
  })

  it('tells fifty who come at once the same winner', async () => {
    const shelf = open()
    const winners = await Promise.all(Array.from({ length: 50 }, (_, n) => shelf.putIfAbsent('race', `${n}`)))
    expect(new Set(winners).size).toBe(1)
    expect(await shelf.read('race')).toBe(winners[0])
  })

  it.each(['', '../secret', 'a/b', 'a..b', '.hidden', 'a\0', 'x'.repeat(200)])(
    'throws for the name "%s"',
    async (name) => {
      await expect((async () => open().putIfAbsent(name, 'v'))()).rejects.toThrow('not a name')
    },
  )
})

describe('a directory shelf', () => {
  it('is for its owner only and leaves no drafts', async () => {
    const directory = join(root, 'private')
    const shelf = directoryShelf(directory)
    await Promise.all(Array.from({ length: 20 }, (_, n) => shelf.putIfAbsent('a', `${n}`)))
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o600)
    expect(await readdir(directory)).toEqual(['a'])
  })

  it('is one shelf for all who open it', async () => {
    const directory = join(root, 'common')
    const winners = await Promise.all(
      Array.from({ length: 20 }, (_, n) => directoryShelf(directory).putIfAbsent('a', `${n}`)),
    )
    expect(new Set(winners).size).toBe(1)
  })

  it('waits for a record that another process is writing', async () => {
    const file = join(root, 'slow')
    await writeFile(file, 'first half')
    const read = directoryShelf(root).read('slow')
    setTimeout(() => void writeFile(file, 'first half, second half\n'), 40)
    expect(await read).toBe('first half, second half')
  })

  it('refuses a record that was cut, and one that is too large', async () => {
    await writeFile(join(root, 'cut'), 'half of it')
    await writeFile(join(root, 'large'), 'x'.repeat(100_000))
    await expect(directoryShelf(root).read('cut')).rejects.toThrow('was cut while it was written')
    await expect(directoryShelf(root).read('large')).rejects.toThrow('is no record')
  })
})

describe('a shared shelf', () => {
  it('keeps its records for ten years', async () => {
    const store = slowStore()
    await sharedShelf(store).putIfAbsent('a', 'v')
    expect(store.ttls).toEqual([315_360_000])
  })
})

describe('a layered shelf', () => {
  it('is written to the directory as well, for the day the store is emptied', async () => {
    const store = slowStore()
    const directory = memoryShelf()
    await layeredShelf(sharedShelf(store), directory, fail).putIfAbsent('a', 'v')
    store.records.clear()
    const reopened = layeredShelf(sharedShelf(store), directory, fail)
    expect(await reopened.read('a')).toBe('v')
    expect(store.records.size).toBe(0)
  })

  it('follows the shared store against the directory and warns once', async () => {
    const warnings: string[] = []
    const shared = sharedShelf(slowStore())
    const directory = memoryShelf()
    await shared.putIfAbsent('a', 'theirs')
    await directory.putIfAbsent('a', 'ours')
    const shelf = layeredShelf(shared, directory, (message) => warnings.push(message))
    expect(await shelf.read('a')).toBe('theirs')
    expect(await shelf.putIfAbsent('a', 'ours')).toBe('theirs')
    expect(await shelf.putIfAbsent('a', 'ours')).toBe('theirs')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).not.toContain('ours')
  })

  it('is the shared store where there is no directory', () => {
    const shared = sharedShelf(slowStore())
    expect(layeredShelf(shared, undefined, fail)).toBe(shared)
  })
})
