/** How long something can still be used. The clock is looked at each second, but said aloud by the minute alone. */
import { useEffect, useState } from 'preact/hooks'
import { minutes } from '../text/format.ts'
import { filled } from '../text/sentence-parts.ts'
import { ui } from '../text/ui-texts.ts'

export interface CountdownProps {
  /** ISO 8601. */
  readonly until: string
  /** When it began, for the bar. */
  readonly since?: string | undefined
  readonly onOver?: (() => void) | undefined
}

export function Countdown({ until, since, onOver }: CountdownProps) {
  const left = useSecondsLeft(until, onOver)
  const t = ui.value
  const whole = since === undefined ? undefined : (Date.parse(until) - Date.parse(since)) / 1000
  return (
    <div class="count">
      <span aria-hidden="true">{left > 0 ? filled(t.timeLeft, { time: minutes(left) }) : t.timeOver}</span>
      <span class="visually-hidden" role="status">
        {left > 0 ? t.minutesLeft(Math.ceil(left / 60)) : t.timeOver}
      </span>
      {whole !== undefined && whole > 0 && (
        <progress class="track" aria-hidden="true" max={whole} value={Math.max(0, left)} />
      )}
    </div>
  )
}

/** Whole seconds, never below 0; `onOver` is called once. */
export function useSecondsLeft(until: string, onOver?: () => void): number {
  const [now, setNow] = useState(Date.now)
  const left = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000))
  const isOver = left === 0
  useEffect(() => {
    if (isOver) return undefined
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [isOver])
  useEffect(() => {
    if (isOver) onOver?.()
  }, [isOver])
  return left
}
