/** A text with places, filled with components. */
import { type ComponentChildren, Fragment } from 'preact'
import { partsOf } from './sentence-parts.ts'

export interface SentenceProps {
  /** `Share 2 details with {who}?` */
  readonly text: string
  /** What stands at each place. */
  readonly places: Readonly<Record<string, ComponentChildren>>
}

export function Sentence({ text, places }: SentenceProps) {
  return (
    <>
      {partsOf(text).map((part, index) => (
        <Fragment key={index}>{part.place === undefined ? part.text : places[part.place]}</Fragment>
      ))}
    </>
  )
}
