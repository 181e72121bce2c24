/** Judges API keys at the management door. What looks them up is loaded with the first one that comes: few services have any. */
import type { CallerJudge } from '../http/callers/caller-judge.ts'
import type { ApiKeyShelf } from './stored-keys.ts'

const BEGINNING = 'csk_'

export function apiKeyJudge(shelf: ApiKeyShelf, onFault: (error: unknown) => void = () => {}): CallerJudge {
  return {
    takes: (presented) => presented.startsWith(BEGINNING),
    async judge(presented) {
      const { judgeKey } = await import('./api-keys.ts')
      return judgeKey(shelf, presented, onFault)
    },
  }
}
