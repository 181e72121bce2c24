/**
 * Where a deployment's identity is kept, so that every instance and every restart finds the same: a record is put once
 * and never changed, and whoever comes second learns what the first one put. Knows names and texts only; what must be
 * sealed was sealed before it came here.
 */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface IdentityShelf {
  /** Whether what is put here is seen by other machines. */
  readonly shared: boolean
  /** Changes nothing. */
  read(name: string): Promise<string | undefined>
  /** Keeps `value` unless the name is taken; the winner in both cases. */
  putIfAbsent(name: string, value: string): Promise<string>
}

/** What a shared shelf needs of a store of sessions. */
export interface RecordStore {
  create(id: string, value: string, ttlSeconds: number): Promise<boolean>
  get(id: string): Promise<{ readonly value: string } | undefined>
}

/** For one process: gone with it. */
export function memoryShelf(): IdentityShelf {
  const records = new Map<string, string>()
  return {
    shared: false,
    read: async (name) => records.get(checkedName(name)),
    async putIfAbsent(name, value) {
      const winner = records.get(checkedName(name)) ?? value
      records.set(name, winner)
      return winner
    },
  }
}

/** One file a record, readable by the owner only; several processes on one machine may share the directory. */
export function directoryShelf(directory: string): IdentityShelf {
  const path = (name: string) => join(directory, checkedName(name))
  return {
    shared: false,
    read: (name) => readRecord(path(name)),
    async putIfAbsent(name, value) {
      const file = path(name)
      const known = await readRecord(file)
      if (known !== undefined) return known
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await createRecord(file, value)
      await syncDirectory(directory)
      const winner = await readRecord(file)
      if (winner === undefined) throw new Error(`identity record vanished: ${name}`)
      return winner
    },
  }
}

const TEN_YEARS_SECONDS = 10 * 365 * 86_400

/** A record that is evicted or lost comes back with `Deployment.assertShared`. */
export function sharedShelf(records: RecordStore): IdentityShelf {
  const read = async (name: string) => (await records.get(checkedName(name)))?.value
  return {
    shared: true,
    read,
    async putIfAbsent(name, value) {
      for (let attempt = 0; attempt < 5; attempt++) {
        if (await records.create(checkedName(name), value, TEN_YEARS_SECONDS)) return value
        const winner = await read(name)
        if (winner !== undefined) return winner
      }
      throw new Error(`identity record comes and goes: ${name}`)
    },
  }
}

/**
 * The shared store decides and the directory remembers. A read falls back to the directory, so that whoever then puts
 * what was read gives an emptied store its old identity back; a read itself changes nothing anywhere.
 */
export function layeredShelf(
  shared: IdentityShelf,
  directory: IdentityShelf | undefined,
  warn: (message: string) => void,
): IdentityShelf {
  if (!directory) return shared
  const warned = new Set<string>()
  return {
    shared: shared.shared,
    read: async (name) => (await shared.read(name)) ?? directory.read(name),
    async putIfAbsent(name, value) {
      const winner = await shared.putIfAbsent(name, value)
      const remembered = await directory.putIfAbsent(name, winner)
      if (remembered !== winner && !warned.has(name)) {
        warned.add(name)
        warn(`identity record "${name}" in the data directory differs from the shared store, which is used`)
      }
      return winner
    },
  }
}

/** Names become file names and store keys: nothing in them may lead elsewhere. */
function checkedName(name: string): string {
  if (!/^[a-z0-9](?:[\w-]|\.(?!\.)){0,150}$/i.test(name)) throw new Error('not a name of an identity record')
  return name
}

const MAX_RECORD_BYTES = 64 * 1024

/** A file of the identity is not what was written there; the message names it. */
class IdentityDamaged extends Error {
  override readonly name = 'IdentityDamaged'
}

/** The closing line feed marks a whole record: a file without one was cut while it was written. */
async function readRecord(file: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const text = await readIfThere(file)
    if (text === undefined || text.endsWith('\n')) return text?.slice(0, -1)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new IdentityDamaged(`${file} was cut while it was written: put it back from a backup, or remove it`)
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(file)
    if (bytes.length > MAX_RECORD_BYTES)
      throw new IdentityDamaged(
        `${file} is no record of an identity: put it back from a backup, or remove it`,
      )
    return bytes.toString('utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Written whole under another name, then linked: a reader never sees half a record, and the first link wins. */
async function createRecord(file: string, value: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`
  await writeNew(draft, value)
  try {
    await link(draft, file)
  } catch (error) {
    if (hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) await writeWithoutLinks(file, value)
    else if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Some mounted file systems know no hard links; there a reader may meet half a record, and waits. */
async function writeWithoutLinks(file: string, value: string): Promise<void> {
  try {
    await writeNew(file, value)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

async function writeNew(file: string, value: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(`${value}\n`)
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** A link survives a power cut once its directory is written; systems that cannot open directories do it themselves. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined)
  try {
    await handle?.sync()
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM', 'ENOTSUP', 'EBADF')) throw error
  } finally {
    await handle?.close()
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}
