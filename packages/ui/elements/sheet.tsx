/** White paper on the desk, and what lies on it: parties, sentences with a mark, facts. */
import './sheet.css'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { Tone } from './badge.tsx'
import { Icon } from './icon.tsx'
import { good, info, warning } from './icons.ts'
import { initialOf, plainName } from './plain-name.ts'

export function Sheet({
  children,
  parts = false,
}: {
  readonly children: ComponentChildren
  readonly parts?: boolean
}) {
  return (
    <div class="sheet" data-parts={parts || undefined}>
      {children}
    </div>
  )
}

/** A part of a sheet under its own small heading. */
export function Part({
  label,
  children,
}: {
  readonly label: ComponentChildren
  readonly children: ComponentChildren
}) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h2 class="label" id={id}>
        {label}
      </h2>
      {children}
    </section>
  )
}

export interface PartyProps {
  /** As they are known, or as they call themselves; absent: nobody said. */
  readonly name?: string | undefined
  readonly host: string
  readonly nameless: string
}

/** Who somebody is: a seal, the name, the host. Nothing of it is theirs to lay out. */
export function Party({ name, host, nameless }: PartyProps) {
  const shown = name === undefined ? '' : plainName(name)
  return (
    <div class="party">
      <span class="seal" aria-hidden="true">
        {shown === '' ? '?' : initialOf(shown)}
      </span>
      <b class="foreign">{shown === '' ? nameless : shown}</b>
      <bdi class="host" dir="ltr">
        {host}
      </bdi>
    </div>
  )
}

export interface SaidProps {
  readonly tone?: Tone
  readonly icon?: string
  readonly children: ComponentChildren
  /** In a list of advice. */
  readonly item?: boolean
}

export function Said({ tone = 'open', icon, children, item = false }: SaidProps) {
  const mark = icon ?? (tone === 'ok' ? good : tone === 'warn' ? warning : info)
  const Tag = item ? 'li' : 'p'
  return (
    <Tag class="said" data-tone={tone}>
      <Icon d={mark} />
      <span>{children}</span>
    </Tag>
  )
}

export interface Fact {
  readonly label: string
  /** Absent or empty: said in words, as `none`. */
  readonly value?: ComponentChildren
}

export function Facts({ facts, none }: { readonly facts: readonly Fact[]; readonly none: string }) {
  return (
    <dl class="facts">
      {facts.map(({ label, value }, place) => (
        // Two may be called the same.
        <div key={`${place} ${label}`}>
          <dt class="foreign">{label}</dt>
          {value === undefined || value === '' ? <dd data-none>{none}</dd> : <dd class="foreign">{value}</dd>}
        </div>
      ))}
    </dl>
  )
}
