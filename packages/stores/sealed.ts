/**
 * Values leave the process sealed, and each says which schema it was written with, so that two releases can share a
 * store. The seal binds a value to its place: one copied under another id does not open. What it cannot do is tell
 * an old value of the same place from the newest; versions are the store's word.
 */
import type { SessionStore } from './ports.ts'

export interface Sealer {
  /** `context` is authenticated with the text and not stored. */
  seal(plaintext: string, context: string): Uint8Array
  /** Undefined when it was not sealed under this key for this context. */
  open(sealed: Uint8Array, context: string): string | undefined
}

export interface SealedOptions {
  readonly seal: Sealer
  readonly namespace: string
  /** A whole number from 1; raised whenever the shape of the value changes. */
  readonly schemaVersion: number
  /** `upgrade[n]` makes schema n + 1 out of schema n. */
  readonly upgrade?: Readonly<Record<number, (old: unknown) => unknown>>
}

export type UnreadableReason = 'seal_broken' | 'malformed' | 'newer_schema' | 'no_upgrade'

/** Says where, never what: the contents stay out of logs. */
export class StoredValueUnreadable extends Error {
  override readonly name = 'StoredValueUnreadable'
  readonly namespace: string
  readonly reason: UnreadableReason

  constructor(namespace: string, reason: UnreadableReason) {
    super(`a stored value in ${namespace} cannot be read: ${reason}`)
    this.namespace = namespace
    this.reason = reason
  }
}

/** `get` throws `StoredValueUnreadable`; everything else is as `raw` does it. Values must survive JSON. */
export function sealedSessions<T>(raw: SessionStore<Uint8Array>, options: SealedOptions): SessionStore<T> {
  const { seal, namespace, schemaVersion } = options
  const context = (id: string) => `${namespace}:${id}`
  const write = (id: string, value: T) =>
    seal.seal(JSON.stringify({ schema: schemaVersion, value }), context(id))
  return {
    create: (id, value, ttlSeconds) => raw.create(id, write(id, value), ttlSeconds),
    compareAndSet: (id, expectedVersion, value) => raw.compareAndSet(id, expectedVersion, write(id, value)),
    remove: (id) => raw.remove(id),
    get: async (id) => {
      const found = await raw.get(id)
      if (!found) return undefined
      const { schema, value } = parseStored(openValue(found.value, context(id), options), namespace)
      // The seal answers for the shape: only this code, under this key, has written here.
      return { version: found.version, value: upgraded(schema, value, options) as T }
    },
  }
}

function openValue(
  sealed: Uint8Array,
  context: string,
  options: Pick<SealedOptions, 'seal' | 'namespace'>,
): string {
  const plaintext = options.seal.open(sealed, context)
  if (plaintext === undefined) throw new StoredValueUnreadable(options.namespace, 'seal_broken')
  return plaintext
}

function parseStored(plaintext: string, namespace: string): { schema: number; value: unknown } {
  const stored = parseJson(plaintext)
  if (!isStored(stored)) throw new StoredValueUnreadable(namespace, 'malformed')
  return stored
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isStored(stored: unknown): stored is { schema: number; value: unknown } {
  if (typeof stored !== 'object' || stored === null || !('schema' in stored) || !('value' in stored))
    return false
  return Number.isSafeInteger(stored.schema) && Number(stored.schema) >= 1
}

function upgraded(schema: number, value: unknown, options: SealedOptions): unknown {
  if (schema > options.schemaVersion) throw new StoredValueUnreadable(options.namespace, 'newer_schema')
  if (schema === options.schemaVersion) return value
  const upgrade = options.upgrade?.[schema]
  if (!upgrade) throw new StoredValueUnreadable(options.namespace, 'no_upgrade')
  return upgraded(schema + 1, upgrade(value), options)
}
