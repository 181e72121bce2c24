/**
 * Credentials that were found good a moment ago: they are known again without asking anybody, and asked about once where many come
 * at the same time. What is remembered is their hash. So a key that was deleted is good for as long as that moment, on whatever instance.
 */
import type { Result } from '@countersign/core/result'
import { ok, refuse } from '@countersign/core/result'
import { fingerprint, type ManagementCaller } from '../access.ts'
import type { CallerJudge, JudgedCaller } from './caller-judge.ts'

/** `docs/operations.md` and SECURITY.md promise it. */
const REMEMBERED_SECONDS = 5
const MOST_REMEMBERED = 1000

interface Remembered {
  readonly caller: ManagementCaller
  readonly untilMs: number
}

export interface KnownCallers {
  /** `mayAsk` is asked before somebody is looked up who was never found good here; what it answers is then the refusal. */
  judge<Refusal>(
    presented: string,
    judge: CallerJudge,
    mayAsk: () => Refusal | undefined,
  ): Promise<Result<ManagementCaller | undefined, Refusal>>
}

export function knownCallers(nowMs: () => number): KnownCallers {
  const remembered = new Map<string, Remembered>()
  const asking = new Map<string, Promise<JudgedCaller | undefined>>()

  async function ask(name: string, presented: string, judge: CallerJudge): Promise<JudgedCaller | undefined> {
    const judged = await judge.judge(presented)
    remembered.delete(name)
    if (judged === undefined) return undefined
    const { caller, endsInSeconds = REMEMBERED_SECONDS } = judged
    const [oldest] = remembered.keys()
    if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    const seconds = Math.min(REMEMBERED_SECONDS, endsInSeconds)
    remembered.set(name, { caller, untilMs: nowMs() + seconds * 1000 })
    return judged
  }

  return {
    async judge(presented, judge, mayAsk) {
      const name = fingerprint(presented).toString('base64url')
      const known = remembered.get(name)
      if (known !== undefined && nowMs() < known.untilMs) return ok(known.caller)
      const refusal = known === undefined ? mayAsk() : undefined
      if (refusal !== undefined) return refuse(refusal)
      const answer = asking.get(name) ?? ask(name, presented, judge).finally(() => asking.delete(name))
      asking.set(name, answer)
      return ok((await answer)?.caller)
    },
  }
}
