/** What an invariant looks at, and what it answers. */
import type { Committed } from './committed.ts'
import type { Exchange } from './network.ts'

export interface Recorded {
  readonly exchanges: readonly Exchange[]
  readonly committed: Committed
}

/** The facts of every breach; none where it holds. */
export type Invariant = (recorded: Recorded) => Iterable<string>
