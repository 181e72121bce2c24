/**
 * Hands out places in status lists (Token Status List §13.3): each place once over all instances and all crashes, in
 * an order that nobody can foretell without the deployment secret. An instance keeps a block of positions and needs
 * the database again when that is used up; a keyed permutation makes a position an index (docs/decisions/008).
 */
import type { Awaitable } from '@countersign/crypto/engine'
import type { IssuerDatabase, ListFacts, ListKind } from '../database/schema.ts'
import { claimBlock, claimFrom, closeList, type PositionBlock } from './index-blocks.ts'

/** Where the status of one credential stands. */
export interface StatusPlace {
  readonly list: ListFacts
  readonly index: number
}

export interface IndexAllocator {
  next(kind: ListKind): Promise<StatusPlace>
  /** A place of this list was given before, so its counter went back: no instance takes from it any more. */
  distrust(list: ListFacts): Promise<void>
}

/** The index of a position: a bijection of `0 … size - 1`, the same on every instance and for ever. */
export type IndexOrder = (list: ListFacts, position: number) => Awaitable<number>

export interface AllocatorOptions {
  readonly database: IssuerDatabase
  readonly indexAt: IndexOrder
  /** The name of that order: no index is taken from lists of another one. */
  readonly permutation: string
  readonly baseUrl: string
  /** How many entries a new list has. */
  readonly listSize: number
  /** How many positions are taken at once, which is what a crash loses. */
  readonly blockSize: number
  readonly newId: () => string
  /** Epoch seconds. */
  readonly now: () => number
}

export function openIndexAllocator(options: AllocatorOptions): IndexAllocator {
  const counters = new Map<ListKind, Counter>()
  const counterOf = (kind: ListKind) => {
    const known = counters.get(kind) ?? new Counter(options, kind)
    counters.set(kind, known)
    return known
  }
  return {
    async next(kind) {
      const { list, position } = await counterOf(kind).next()
      return { list, index: await options.indexAt(list, position) }
    },
    async distrust(list) {
      counterOf(list.kind).forget(list)
      await closeList(options.database, list.id)
    },
  }
}

class Counter {
  readonly #options: AllocatorOptions
  readonly #kind: ListKind
  #block: PositionBlock | undefined
  #next = 0
  #refill: Promise<void> | undefined

  constructor(options: AllocatorOptions, kind: ListKind) {
    this.#options = options
    this.#kind = kind
  }

  /** Between looking at the counter and raising it nothing else runs. */
  async next(): Promise<{ readonly list: ListFacts; readonly position: number }> {
    for (;;) {
      const block = this.#block
      if (block !== undefined && this.#next < block.end) {
        const position = this.#next
        this.#next += 1
        return { list: block.list, position }
      }
      // Whoever comes while a block is on its way waits for that one.
      this.#refill ??= this.#claim().finally(() => {
        this.#refill = undefined
      })
      await this.#refill
    }
  }

  forget(list: ListFacts): void {
    if (this.#block?.list.id === list.id) this.#block = undefined
  }

  async #claim(): Promise<void> {
    const { database, blockSize, permutation, baseUrl, listSize, newId, now } = this.#options
    const series = { kind: this.#kind, baseUrl, permutation }
    const before = this.#block?.list
    const block =
      (before && (await claimFrom(database, before, blockSize))) ??
      (await claimBlock(database, series, blockSize, { size: listSize, newId, now }))
    this.#block = block
    this.#next = block.next
  }
}
