/** The line of what happened and what comes: an ordered list whose current step breathes. */
import type { ComponentChildren } from 'preact'
import { Icon } from '../elements/icon.tsx'
import { check, cross, dash } from '../elements/icons.ts'
import { clockTime } from '../text/format.ts'
import { ui } from '../text/ui-texts.ts'

/** `over`: it ended without being done, by nobody's fault: the time, a withdrawal. */
export type StepState = 'done' | 'now' | 'todo' | 'failed' | 'over'

export interface Step {
  readonly id: string
  readonly title: string
  readonly state: StepState
  /** ISO 8601. */
  readonly at?: string | undefined
  /** One line below: who served it, what to know. */
  readonly more?: ComponentChildren
}

const SHAPES: Readonly<Record<StepState, string | undefined>> = {
  done: check,
  failed: cross,
  over: dash,
  now: undefined,
  todo: undefined,
}

export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol class="steps" role="list">
      {steps.map(({ id, title, state, at, more }) => {
        const shape = SHAPES[state]
        return (
          <li key={id} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span class="step-dot">{shape !== undefined && <Icon d={shape} />}</span>
            <span class="step-title">
              {state === 'now' && <span class="visually-hidden">{`${ui.value.now} `}</span>}
              {title}
            </span>
            {at === undefined ? <span /> : <time dateTime={at}>{clockTime(at)}</time>}
            {more !== undefined && <span class="step-more">{more}</span>}
          </li>
        )
      })}
    </ol>
  )
}

/** The sentence below the line, said aloud when it changes. */
export function LiveLine({ children }: { readonly children: ComponentChildren }) {
  return (
    <p class="status muted" role="status">
      <span>{children}</span>
    </p>
  )
}
