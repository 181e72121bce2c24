/**
 * How many answers one sender may have judged for one session: a minute's worth is counted in one window. A stranger who
 * keeps an open session busy with presentations of his own costs signatures, and nobody else his turn. Each instance counts
 * for itself, in bounded memory.
 */

/** Seconds to wait, or undefined where it may go on. */
export type AnswerLimit = (sender: string, sessionId: string, now: number) => number | undefined

export interface AnswerLimitOptions {
  readonly answers: number
  readonly seconds: number
  /** Windows that are kept at a time; above it the oldest is forgotten. */
  readonly windows: number
}

interface Window {
  readonly since: number
  answers: number
}

export const ANSWER_LIMIT: AnswerLimitOptions = { answers: 20, seconds: 60, windows: 10_000 }

export function answerLimit(options: AnswerLimitOptions = ANSWER_LIMIT): AnswerLimit {
  const { answers, seconds, windows: most } = options
  const windows = new Map<string, Window>()
  return (sender, sessionId, now) => {
    const key = `${sessionId} ${sender}`
    const found = windows.get(key)
    const open = found !== undefined && now - found.since < seconds && now >= found.since
    const window = open ? found : { since: now, answers: 0 }
    if (!open) {
      windows.delete(key)
      forgetOldest(windows, most)
      windows.set(key, window)
    }
    if (window.answers >= answers) return Math.max(1, window.since + seconds - now)
    window.answers += 1
    return undefined
  }
}

/** A map keeps the order in which its windows were opened. */
function forgetOldest(windows: Map<string, Window>, most: number): void {
  for (const key of windows.keys()) {
    if (windows.size < most) return
    windows.delete(key)
  }
}
