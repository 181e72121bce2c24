/** An outcome in a word, a shape and a colour; none of them stands alone. */
import './badge.css'
import type { ComponentChildren } from 'preact'
import { Icon, Strokes } from './icon.tsx'
import { check, clock, cross, dash, warning } from './icons.ts'

/** `open`: undetermined, waiting, nobody answered. Not good, not bad, and never green. */
export type Tone = 'ok' | 'warn' | 'bad' | 'open' | 'brand'

const SHAPES: Readonly<Record<Tone, string>> = {
  ok: check,
  warn: warning,
  bad: cross,
  open: dash,
  brand: clock,
}

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <span class="badge" data-tone={tone}>
      <Icon d={SHAPES[tone]} />
      <span>{children}</span>
    </span>
  )
}

export interface OutcomeProps {
  readonly tone: 'ok' | 'bad' | 'open'
  /** The page's heading, with its `<h1>`. */
  readonly heading: ComponentChildren
  /** One sentence below it. */
  readonly children?: ComponentChildren
}

export function Outcome({ tone, heading, children }: OutcomeProps) {
  return (
    <div class="outcome" data-tone={tone}>
      <span class="outcome-mark">{tone === 'ok' ? <Strokes /> : <Icon d={SHAPES[tone]} />}</span>
      {heading}
      {children !== undefined && <p class="lede">{children}</p>}
    </div>
  )
}
