/**
 * Where the cards are kept for times without a network: a database of the browser with one key and one sealed record. Work goes
 * one after the other, each with a connection of its own; taking everything away waits for what is being written on another page.
 */
import { newKey, type Sealed, seal, unseal } from './sealing.ts'

const DATABASE = 'countersign'
const STORE = 'kept'
const KEY = 'key'
const CARDS = 'cards'

let last: Promise<unknown> = Promise.resolve()

/** One after the other; undefined where the browser keeps nothing: a private window, a full disk, a page without https. */
function inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
  const next = last.then(work).catch(() => undefined)
  last = next
  return next
}

/** Undefined: there is nothing, or nothing of this owner. */
export function readKept(owner: string): Promise<unknown> {
  return inTurn(() => within(async (database) => read(database, owner)))
}

/**
 * Puts what `change` makes of what was there into its place; undefined leaves it. `isOpen`: asked at the end once more, since a
 * log-out on another page may have come between.
 */
export function changeKept(
  owner: string,
  change: (before: unknown) => unknown,
  isOpen: () => boolean,
): Promise<void> {
  return inTurn(() =>
    within(async (database) => {
      const after = change(await read(database, owner))
      if (after === undefined) return
      const sealed = await seal(await keyIn(database), owner, after)
      if (isOpen()) await done(store(database, 'readwrite').put(sealed, CARDS))
    }),
  )
}

/** The key as well: what somebody copied before is not to be opened any more. */
export function wipeKept(): Promise<void> {
  return inTurn(async () => {
    await done(indexedDB.deleteDatabase(DATABASE))
  })
}

async function within<T>(work: (database: IDBDatabase) => Promise<T>): Promise<T> {
  const request = indexedDB.open(DATABASE, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE))
  const database = await done(request)
  try {
    return await work(database)
  } finally {
    database.close()
  }
}

async function read(database: IDBDatabase, owner: string): Promise<unknown> {
  const [key, sealed] = await Promise.all([
    done<CryptoKey | undefined>(store(database, 'readonly').get(KEY)),
    done<Sealed | undefined>(store(database, 'readonly').get(CARDS)),
  ])
  return key === undefined || sealed === undefined ? undefined : unseal(key, owner, sealed)
}

/** Of two pages that make one at the same time, the first counts. */
async function keyIn(database: IDBDatabase): Promise<CryptoKey> {
  const made = await newKey()
  const keys = store(database, 'readwrite')
  const there = await done<CryptoKey | undefined>(keys.get(KEY))
  if (there !== undefined) return there
  await done(keys.put(made, KEY))
  return made
}

function store(database: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore {
  return database.transaction(STORE, mode).objectStore(STORE)
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('the browser keeps nothing')))
  })
}
