/** What an invariant looks at, and what it answers. */
import type { Committed } from './committed.ts'
import type { Exchange, TakenAnswer } from './network.ts'
import type { ToldEvent } from './receiver.ts'
import type { PublishedList } from './status-list.ts'

export interface Recorded {
  readonly exchanges: readonly Exchange[]
  readonly committed: Committed
  /** Things take so long that much grows old on the way. */
  readonly slow: boolean
  readonly taken: readonly TakenAnswer[]
  readonly told: readonly ToldEvent[]
  readonly list: Pick<PublishedList, 'isRevoked' | 'wasAway' | 'wasGood'>
}

/** The facts of every breach; none where it holds. */
export type Invariant = (recorded: Recorded) => Iterable<string>
