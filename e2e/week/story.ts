/** What happens in the course of time: chapters, each at its moment after the start, of stories that go on side by side. */
import { DAY, HOUR, MINUTE } from './moments.ts'
import type { Week } from './week.ts'

export interface Chapter {
  /** Seconds after the start. */
  readonly at: number
  readonly says: string
  readonly act: (week: Week) => Promise<void>
}

export type Story = readonly Chapter[]

/** Of all stories, in the order of time; of one moment in the order in which they are told. */
export function inOrder(stories: readonly Story[]): readonly Chapter[] {
  return stories.flat().toSorted((one, other) => one.at - other.at)
}

export function momentOf(at: number): string {
  const rest = at % DAY
  const clock = [Math.floor(rest / HOUR), Math.floor((rest % HOUR) / MINUTE), rest % MINUTE]
  return `day ${Math.floor(at / DAY)}, ${clock.map((part) => String(part).padStart(2, '0')).join(':')}`
}
