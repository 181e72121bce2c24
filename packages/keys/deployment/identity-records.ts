/**
 * The records of one deployment's identity: each is made once, by whichever instance comes first, and the same for all.
 * What was decided is remembered, so that it can be put again when the shared store has lost it. A sealed record
 * names the secret that opens it: after a change of secret the old record is passed by and not mistaken for damage.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable } from '@countersign/crypto/engine'
import type { IdentityShelf } from './identity-store.ts'
import type { Sealing } from './sealing.ts'

/** A record under this deployment's own name that does not open or does not make sense: damaged or tampered with. */
export type RecordRefusal = { readonly code: 'identity_unreadable'; readonly record: string }

/** A record in the store is another than the one this instance works with. */
export type RecordMismatch = { readonly code: 'identity_mismatch'; readonly record: string }

export interface IdentityRecords {
  /** The record as it is kept, made now if nobody has made it. */
  keep(name: string, make: () => Awaitable<string>): Promise<string>
  /** Undefined where nobody has made it. */
  find(name: string): Promise<string | undefined>
  /** Puts again what was decided; the first difference found is the refusal. */
  assertKept(): Promise<Result<undefined, RecordMismatch>>
}

export function identityRecords(shelf: IdentityShelf): IdentityRecords {
  const decided = new Map<string, string>()
  return {
    async keep(name, make) {
      // Put even what was read: a layered shelf may have found it in the directory only.
      const winner = await shelf.putIfAbsent(name, (await shelf.read(name)) ?? (await make()))
      decided.set(name, winner)
      return winner
    },
    find: (name) => shelf.read(name),
    async assertKept() {
      for (const [record, value] of decided) {
        if ((await shelf.putIfAbsent(record, value)) !== value) {
          return refuse({ code: 'identity_mismatch', record })
        }
      }
      return ok(undefined)
    },
  }
}

export interface SealedRecords {
  /** Whether it was made, by any instance; one that does not open under this secret was not. */
  has(name: string): Promise<boolean>
  /** `read` judges the JSON of the record: `undefined` when it is not one. */
  keep<T>(
    name: string,
    make: () => Awaitable<T>,
    read: (json: unknown) => T | undefined,
  ): Promise<Result<T, RecordRefusal>>
}

export function sealedRecords(records: IdentityRecords, sealing: Sealing): SealedRecords {
  const sealer = sealing.sealer('identity')
  return {
    async has(name) {
      const record = `${name}.${sealing.fingerprint}`
      const text = await records.find(record)
      return text !== undefined && sealer.open(text, record) !== undefined
    },
    async keep<T>(name: string, make: () => Awaitable<T>, read: (json: unknown) => T | undefined) {
      const record = `${name}.${sealing.fingerprint}`
      const text = await records.keep(record, async () => sealer.seal(JSON.stringify(await make()), record))
      const opened = sealer.open(text, record)
      const value = opened === undefined ? undefined : read(JSON.parse(opened))
      return value === undefined ? refuse({ code: 'identity_unreadable', record }) : ok(value)
    },
  }
}
