/** An icon is never the only word: it is hidden from those who listen, and its meaning stands beside it. */
export function Icon({ d, turns = false }: { readonly d: string; readonly turns?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" data-turns={turns || undefined}>
      <path d={d} />
    </svg>
  )
}

/** The mark: two strokes by two hands. `apart`: something does not answer. */
export function Strokes({ apart = false }: { readonly apart?: boolean }) {
  return (
    <svg class="strokes" viewBox={apart ? '0 0 38 32' : '0 0 32 32'} aria-hidden="true">
      <path class="first" d="M5.36 10.89L11.98 19.77 9.16 23.34 1.84 13.51A2.2 2.2 0 0 1 5.36 10.89Z" />
      <path class="second" d={apart ? 'M34 4 16.6 26' : 'M28 5 10.6 27'} />
    </svg>
  )
}
