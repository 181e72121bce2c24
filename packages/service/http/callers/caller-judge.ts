/** Judges one kind of management credential: an API key, a token. */
import type { ManagementCaller } from '../access.ts'

export interface CallerJudge {
  /** Whether a credential is of this kind, by its form alone. */
  takes(presented: string): boolean
  /** Undefined for one that is not good, for whatever reason. Throws where that cannot be found out now. */
  judge(presented: string): Promise<JudgedCaller | undefined>
}

export interface JudgedCaller {
  readonly caller: ManagementCaller
  /** When the credential ends by itself, in seconds from now. */
  readonly endsInSeconds?: number | undefined
}
