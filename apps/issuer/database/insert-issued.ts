/**
 * Rows of issued credentials that come at once share one statement, and so one wait for the disk: those of one turn of the event loop,
 * and those that come while others are written. Nobody is answered before his own rows are durable (docs/decisions/089).
 */
import { StoreUnavailable } from '@countersign/stores/ports'
import type { IssuedCredentialRow, IssuerDatabase } from './schema.ts'

/** Of one statement; a request's rows stay together, however many they are. */
const ROWS_AT_ONCE = 64
/** Whoever waited as long for his turn, and finds the database away, waits for no second statement. As for a connection. */
const TURN_WAIT_MS = 2_000

type Written = ReadonlySet<string>

/** The ids of those that were written: the place of any other in a status list is another credential's. */
export function insertIssued({ db }: IssuerDatabase, rows: readonly IssuedCredentialRow[]): Promise<Written> {
  const known = insertersOf.get(db) ?? new GroupedInserts(db)
  insertersOf.set(db, known)
  return known.insert(rows)
}

const insertersOf = new WeakMap<IssuerDatabase['db'], GroupedInserts>()

interface Waiting {
  readonly rows: readonly IssuedCredentialRow[]
  readonly since: number
  /** It stood in a statement that one of its rows may have failed. */
  readonly alone: boolean
  written(ids: Written): void
  failed(error: unknown): void
}

class GroupedInserts {
  readonly #db: IssuerDatabase['db']
  #waiting: Waiting[] = []
  #isWriting = false

  constructor(db: IssuerDatabase['db']) {
    this.#db = db
  }

  insert(rows: readonly IssuedCredentialRow[]): Promise<Written> {
    return new Promise((written, failed) => {
      this.#waiting.push({ rows, since: performance.now(), alone: false, written, failed })
      if (this.#isWriting) return
      this.#isWriting = true
      setImmediate(() => void this.#writeAll())
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#write(this.#nextGroup())
    this.#isWriting = false
  }

  #nextGroup(): readonly Waiting[] {
    let rows = 0
    const end = this.#waiting.findIndex((each, at) => {
      rows += each.rows.length
      return at > 0 && (rows > ROWS_AT_ONCE || this.#waiting[0]?.alone)
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const written = await insertAll(
        this.#db,
        group.flatMap(({ rows }) => rows),
      )
      for (const each of group) each.written(written)
    } catch (error) {
      this.#fail(group, error)
    }
  }

  /** What is wrong with one row is not told to its neighbours: nothing of the statement was done, and each is tried by itself. */
  #fail(group: readonly Waiting[], error: unknown): void {
    if (error instanceof StoreUnavailable) this.#failWithLate(group, error)
    else if (group.length > 1) this.#waiting.unshift(...group.map((each) => ({ ...each, alone: true })))
    else for (const { failed } of group) failed(error)
  }

  #failWithLate(group: readonly Waiting[], error: StoreUnavailable): void {
    const late = performance.now() - TURN_WAIT_MS
    const isLate = ({ since }: Waiting) => since < late
    for (const { failed } of [...group, ...this.#waiting.filter(isLate)]) failed(error)
    this.#waiting = this.#waiting.filter((each) => !isLate(each))
  }
}

/** In one order of places: instances that write the same ones never wait for each other. */
async function insertAll(db: IssuerDatabase['db'], rows: readonly IssuedCredentialRow[]): Promise<Written> {
  const inserted = await db
    .insertInto('issued_credentials')
    .values(rows.toSorted(byPlace))
    .onConflict((conflict) => conflict.columns(['list_id', 'idx']).doNothing())
    .returning('id')
    .execute()
  return new Set(inserted.map(({ id }) => id))
}

function byPlace(one: IssuedCredentialRow, other: IssuedCredentialRow): number {
  const [list, otherList] = [one.list_id ?? '', other.list_id ?? '']
  if (list !== otherList) return list < otherList ? -1 : 1
  return (one.idx ?? 0) - (other.idx ?? 0)
}
