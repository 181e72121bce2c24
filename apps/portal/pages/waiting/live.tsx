/** What happens to a session, as it happens: its line of steps, who served each, and a sentence below. */
import { LiveLine, Steps } from '@countersign/ui/page/steps'
import { Instance } from '../parts/instance.tsx'
import { isoOf } from '../parts/times.ts'
import { portal } from '../text/portal-texts.ts'
import type { LineStep } from './step-line.ts'

export interface LiveProps<Id extends string> {
  readonly steps: readonly LineStep<Id>[]
  readonly titles: Readonly<Record<Id, string>>
  readonly sentence: string
  /** Nothing more is waited for. */
  readonly isOver: boolean
  readonly connected: boolean
}

export function Live<Id extends string>({ steps, titles, sentence, isOver, connected }: LiveProps<Id>) {
  const t = portal.value
  const shown = steps.map(({ id, state, event }) => ({
    id,
    state,
    title: titles[id],
    at: event && isoOf(event.at),
    more: event?.servedBy === undefined ? undefined : <Instance name={event.servedBy} />,
  }))
  return (
    <section class="sheet" aria-labelledby="live">
      <h2 id="live">{isOver ? t.whatHappened : t.whatHappens}</h2>
      <Steps steps={shown} />
      <div class="live-line">
        <LiveLine>{connected || isOver ? sentence : t.connectionLost}</LiveLine>
      </div>
    </section>
  )
}
