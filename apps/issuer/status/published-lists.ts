/**
 * Status lists as this instance publishes them. The statuses of a list are kept in memory and brought up to date with
 * what changed since, read at most once a second, so a change on any instance is public on all of them a second later.
 * A list is signed when it changed, and at half its life; whoever asks in between gets the same bytes, and whoever
 * asks at once waits for one signature. While the database is away a list says what was seen last, as of then and until
 * its end. Knows neither HTTP nor how a list is written.
 */
import type { Awaitable } from '@countersign/crypto/engine'
import { withinTime } from '@countersign/event-loop/time-limit'
import { StoreUnavailable } from '@countersign/stores/ports'
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
  /** Epoch seconds: nobody may rely on it from then on. */
  readonly expiresAt: number
}

export interface PublishedLists {
  /**
   * The list as it is now, or as it was seen last while the database is away; undefined where there is none of this kind.
   * Throws `StoreUnavailable` for a list that was never seen here, or so long ago that what it said has ended.
   */
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
  /** Of all lists in memory; 64 MiB when absent, which is 44 million credentials. */
  readonly maxKeptBytes?: number | undefined
}

const CHECK_EVERY_MS = 1000
/** A database that is silent for longer counts as away for those who can be told what was seen last. */
const PATIENCE_MS = 1000
const MAX_KEPT_BYTES = 64 * 2 ** 20
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
    // Of two lists for one id the first stays.
    const list = kept.get(listId) ?? found
    keepAsNewest(kept, list, options.maxKeptBytes ?? MAX_KEPT_BYTES)
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

/** The one asked for last stands last; those asked for longest ago go when there is no room. */
function keepAsNewest(kept: Map<string, KeptList>, list: KeptList, maxBytes: number): void {
  kept.delete(list.facts.id)
  kept.set(list.facts.id, list)
  let bytes = 0
  for (const { facts } of kept.values()) bytes += mostBytes(facts)
  for (const [id, { facts }] of kept) {
    if (bytes <= maxBytes || id === list.facts.id) return
    kept.delete(id)
    bytes -= mostBytes(facts)
  }
}

/**
 * Two bits an entry: as they are, compressed, and in the forms that they are published in, of which the texts are a third
 * larger and kept zipped as well.
 */
function mostBytes({ size }: ListFacts): number {
  return (size / 4) * 6
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
  readonly version: number
  readonly revision: string
  readonly expiresAt: number
  /** While it is renewed, the list before for those who waited long enough. */
  list: Promise<PublishedList>
}

/** By a clock that never jumps, and in epoch seconds. */
interface Moment {
  readonly ms: number
  readonly at: number
}

const NEVER: Moment = { ms: Number.NEGATIVE_INFINITY, at: Number.NEGATIVE_INFINITY }

/** A machine that slept, or whose time was set, finds its lists ended although no time went by for the other clock. */
function isSameSecond(before: Moment, now: Moment): boolean {
  return now.ms - before.ms < CHECK_EVERY_MS && Math.abs(now.at - before.at) <= CHECK_EVERY_MS / 1000
}

/** What went wrong at a look, if anything did; it never rejects. */
type Looked = Promise<unknown>

interface Look {
  /** How often a fresh look had been asked for when it began. */
  readonly asked: number
  readonly done: Looked
  /** The same for those who need not wait for a database that is silent. */
  readonly doneSoon: Looked
}

class KeptList {
  readonly facts: ListFacts
  readonly #options: PublishingOptions
  readonly #content: ListContent
  readonly #signed = new Map<ListForm, Signed>()
  /** Version of the newest change in `#content`. */
  #version = 0
  /** Epoch seconds: `#content` is what the list was then, or newer. */
  #seenAt: number | undefined
  #looked: Moment = NEVER
  #asked = 0
  #looking: Look | undefined
  /** Why the last look failed. */
  #unavailable: unknown

  constructor(facts: ListFacts, options: PublishingOptions) {
    this.facts = facts
    this.#options = options
    this.#content = options.openContent(facts)
  }

  async read(form: ListForm): Promise<PublishedList> {
    const unavailable = await this.#catchUp()
    const signed = this.#seenAt === undefined ? undefined : this.#asSeenAt(this.#seenAt, form)
    if (signed !== undefined && this.#options.now() < signed.expiresAt) return signed.list
    throw unavailable ?? new StoreUnavailable(`the status list ${this.facts.id} was seen too long ago`)
  }

  lookAgain(): void {
    this.#looked = NEVER
    this.#asked += 1
  }

  /** Answers why it did not come about, if it did not. */
  async #catchUp(): Looked {
    if (isSameSecond(this.#looked, this.#moment())) return this.#unavailable
    // Looks follow each other: two that overlap could put an older status over a newer one.
    if (this.#looking?.asked !== this.#asked) this.#looking = this.#look(this.#looking?.done)
    return this.#seenAt === undefined ? this.#looking.done : this.#looking.doneSoon
  }

  #look(before: Looked | undefined): Look {
    const asked = this.#asked
    const look = async (): Promise<unknown> => {
      await before
      const began = this.#moment()
      try {
        await this.#applyChanges()
        this.#unavailable = undefined
        this.#seenAt = began.at
        if (asked === this.#asked) this.#looked = began
      } catch (error) {
        this.#unavailable = error
        this.#looked = this.#moment()
      } finally {
        if (this.#looking?.asked === asked) this.#looking = undefined
      }
      return this.#unavailable
    }
    const done = look()
    const silent = () => new StoreUnavailable('status lists: the database is silent')
    return { asked, done, doneSoon: withinTime(done, PATIENCE_MS, silent).catch((error: unknown) => error) }
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

  /**
   * Signed as of when the statuses were seen, whenever that is done: a form that is asked for while the database is away
   * ends as the others do.
   */
  #asSeenAt(seenAt: number, form: ListForm): Signed | undefined {
    const revision = this.#revision(seenAt)
    const known = this.#signed.get(form)
    if (known?.revision === revision) return known
    const expiresAt = seenAt + this.#options.lifetimeSeconds
    return this.#options.now() < expiresAt ? this.#sign(form, revision, seenAt, expiresAt) : undefined
  }

  #sign(form: ListForm, revision: string, issuedAt: number, expiresAt: number): Signed {
    const before = this.#signed.get(form)
    const body = Promise.resolve(this.#content.sign(form, issuedAt))
    const list = body.then((bytes) => ({ body: bytes, revision, expiresAt }))
    const signed: Signed = { version: this.#version, revision, expiresAt, list }
    this.#signed.set(form, signed)
    if (before !== undefined && this.#saysTheSame(before)) {
      signed.list = withinTime(list, PATIENCE_MS, () => new Error('late')).catch(() => before.list)
    }
    list.then(
      () => (signed.list = list),
      () => this.#takeBack(form, signed, before),
    )
    return signed
  }

  /** The next one who asks has it signed again. */
  #takeBack(form: ListForm, failed: Signed, before: Signed | undefined): void {
    if (this.#signed.get(form) !== failed) return
    if (before === undefined) this.#signed.delete(form)
    else this.#signed.set(form, before)
  }

  /** A key that cannot be used for a while keeps no list back that says nothing else than the one before. */
  #saysTheSame({ version, expiresAt }: Signed): boolean {
    return version === this.#version && this.#options.now() < expiresAt
  }

  /** Another for every version and every half life, so that what is given out has half a life before it. */
  #revision(seenAt: number): string {
    return `${this.#version}.${Math.floor(seenAt / (this.#options.lifetimeSeconds / 2))}`
  }

  #moment(): Moment {
    const { monotonicMs, now } = this.#options
    return { ms: monotonicMs?.() ?? performance.now(), at: now() }
  }
}
