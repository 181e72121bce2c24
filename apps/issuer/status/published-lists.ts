/**
 * Status lists as this instance publishes them. The statuses of a list are kept in memory and brought up to date with
 * what changed since, read at most once a second, so a change on any instance is public on all of them a second later.
 * A list is signed when it changed, and at half its life; whoever asks in between gets the same bytes, and whoever
 * asks at once waits for one signature. Knows neither HTTP nor how a list is written.
 */
import type { Awaitable } from '@countersign/crypto/engine'
import type { IssuerDatabase, ListFacts, ListKind } from '../database/schema.ts'
import { type CredentialStatus, statusOfValue } from './change-status.ts'

/** What a list is written as; each kind of list has its own forms. */
export type ListForm = 'statuslist+jwt' | 'statuslist+cwt' | 'revocation' | 'suspension'

/** The statuses of one list, ready to be signed. */
export interface ListContent {
  set(index: number, status: CredentialStatus): void
  /** Of the statuses at the moment of the call, whatever is set while it is at work. */
  sign(form: ListForm, issuedAt: number): Awaitable<Uint8Array>
}

/** The same object for all who ask, until the list is signed anew. */
export interface PublishedList {
  readonly body: Uint8Array
  /** Equal on all instances for equal statuses, though their signatures differ. */
  readonly revision: string
}

export interface PublishedLists {
  /** The list as it is now; undefined where there is none of this kind. */
  read(kind: ListKind, listId: string, form: ListForm): Promise<PublishedList | undefined>
  /** Says that a status of the list changed, so that whoever changed it sees that at once. */
  changed(listId: string): void
}

export interface PublishingOptions {
  readonly database: IssuerDatabase
  readonly openContent: (list: ListFacts) => ListContent
  /** How long a signed list is good. */
  readonly lifetimeSeconds: number
  /** Epoch seconds. */
  readonly now: () => number
  /** Milliseconds of a clock that never jumps; the process's own when absent. */
  readonly monotonicMs?: (() => number) | undefined
}

const CHECK_EVERY_MS = 1000
const LISTS_KEPT = 64
const CHANGES_AT_ONCE = 5000

export function openPublishedLists(options: PublishingOptions): PublishedLists {
  const kept = new Map<string, KeptList>()
  // Apart from the lists that are kept: whoever asks for lists that do not exist pushes none of those out.
  const opening = new Map<string, Promise<KeptList | undefined>>()
  const open = (listId: string): Promise<KeptList | undefined> => {
    const found = opening.get(listId) ?? openList(options, listId).finally(() => opening.delete(listId))
    opening.set(listId, found)
    return found
  }
  const find = async (listId: string): Promise<KeptList | undefined> => {
    const found = kept.get(listId) ?? (await open(listId))
    if (found === undefined) return undefined
    // Of two lists for one id the first stays. The one asked for last stands last, and the first goes at too many.
    const list = kept.get(listId) ?? found
    kept.delete(listId)
    kept.set(listId, list)
    const [oldest] = kept.keys()
    if (kept.size > LISTS_KEPT && oldest !== undefined) kept.delete(oldest)
    return list
  }
  return {
    async read(kind, listId, form) {
      const list = await find(listId)
      return list?.facts.kind === kind ? list.read(form) : undefined
    },
    changed(listId) {
      kept.get(listId)?.lookAgain()
    },
  }
}

async function openList(options: PublishingOptions, listId: string): Promise<KeptList | undefined> {
  const facts = await options.database.db
    .selectFrom('status_lists')
    .select(['id', 'kind', 'base_url', 'size'])
    .where('id', '=', listId)
    .executeTakeFirst()
  return facts && new KeptList(facts, options)
}

interface Signed {
  readonly revision: string
  readonly list: Promise<PublishedList>
}

interface Look {
  /** How often a fresh look had been asked for when it began. */
  readonly asked: number
  readonly done: Promise<void>
}

class KeptList {
  readonly facts: ListFacts
  readonly #options: PublishingOptions
  readonly #content: ListContent
  readonly #signed = new Map<ListForm, Signed>()
  /** Version of the newest change in `#content`. */
  #version = 0
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #asked = 0
  #looking: Look | undefined
  /** Why the last look failed: until the next one nothing is signed. */
  #unavailable: unknown

  constructor(facts: ListFacts, options: PublishingOptions) {
    this.facts = facts
    this.#options = options
    this.#content = options.openContent(facts)
  }

  async read(form: ListForm): Promise<PublishedList> {
    const unavailable = await this.#catchUp().then(
      () => undefined,
      (error: unknown) => error,
    )
    // While the database is away, what was signed before is as good as it says; nothing new is signed then.
    const signed = this.#signedNow(form) ?? (unavailable === undefined ? this.#sign(form) : undefined)
    if (signed === undefined) throw unavailable
    return signed.list
  }

  lookAgain(): void {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY
    this.#asked += 1
  }

  async #catchUp(): Promise<void> {
    if (this.#monotonicMs() - this.#lookedAtMs < CHECK_EVERY_MS) {
      if (this.#unavailable !== undefined) throw this.#unavailable
      return
    }
    // Looks follow each other: two that overlap could put an older status over a newer one.
    if (this.#looking?.asked !== this.#asked) this.#looking = this.#look(this.#looking?.done)
    const { done } = this.#looking
    await done
  }

  #look(before: Promise<void> | undefined): Look {
    const asked = this.#asked
    const look = async () => {
      await before?.catch(() => undefined)
      const beganAtMs = this.#monotonicMs()
      try {
        await this.#applyChanges()
        this.#unavailable = undefined
        if (asked === this.#asked) this.#lookedAtMs = beganAtMs
      } catch (error) {
        this.#unavailable = error
        this.#lookedAtMs = this.#monotonicMs()
        throw error
      } finally {
        if (this.#looking?.asked === asked) this.#looking = undefined
      }
    }
    return { asked, done: look() }
  }

  /** A change is read with all before it, because they are committed in the order of their versions. */
  async #applyChanges(): Promise<void> {
    for (;;) {
      const changes = await this.#options.database.db
        .selectFrom('status_changes')
        .select(['version', 'idx', 'status'])
        .where('list_id', '=', this.facts.id)
        .where('version', '>', this.#version)
        .orderBy('version')
        .limit(CHANGES_AT_ONCE)
        .execute()
      for (const { version, idx, status } of changes) {
        this.#content.set(idx, statusOfValue(status))
        this.#version = version
      }
      if (changes.length < CHANGES_AT_ONCE) return
    }
  }

  #signedNow(form: ListForm): Signed | undefined {
    const signed = this.#signed.get(form)
    return signed?.revision === this.#revision() ? signed : undefined
  }

  #sign(form: ListForm): Signed {
    const revision = this.#revision()
    const body = Promise.resolve(this.#content.sign(form, this.#options.now()))
    const signed = { revision, list: body.then((bytes) => ({ body: bytes, revision })) }
    this.#signed.set(form, signed)
    signed.list.catch(() => this.#signed.delete(form))
    return signed
  }

  /** Another for every version and every half life, so that what is given out has half a life before it. */
  #revision(): string {
    const { lifetimeSeconds, now } = this.#options
    return `${this.#version}.${Math.floor(now() / (lifetimeSeconds / 2))}`
  }

  #monotonicMs(): number {
    return this.#options.monotonicMs?.() ?? performance.now()
  }
}
