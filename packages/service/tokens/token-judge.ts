/**
 * Judges access tokens at the management door (`config/management-tokens.ts`), by their signature alone: nobody is asked about one.
 * What reads them is loaded with the first that comes.
 */
import type { CallerJudge } from '../http/callers/caller-judge.ts'
import type { TokenJudgeOptions } from './judge-signed-token.ts'

const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

export function tokenJudge(options: TokenJudgeOptions): CallerJudge {
  let opened: Promise<CallerJudge['judge']> | undefined
  return {
    takes: (presented) => FORM.test(presented),
    async judge(presented) {
      opened ??= import('./judge-signed-token.ts').then(({ signedTokenJudge }) => signedTokenJudge(options))
      return (await opened)(presented)
    },
  }
}
