/** A text with places, filled with components or with plain text. */
import { type ComponentChildren, Fragment } from 'preact'

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
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name than their place
        <Fragment key={index}>{part.place === undefined ? part.text : places[part.place]}</Fragment>
      ))}
    </>
  )
}

/** The same for what takes no components: a document's title, an attribute. */
export function filled(text: string, places: Readonly<Record<string, string>>): string {
  return partsOf(text)
    .map((part) => (part.place === undefined ? part.text : (places[part.place] ?? '')))
    .join('')
}

interface TextPart {
  readonly text: string
  readonly place?: string
}

function partsOf(text: string): readonly TextPart[] {
  return text.split(/(\{[a-zA-Z]+\})/).map((part) => {
    const place = /^\{([a-zA-Z]+)\}$/.exec(part)?.[1]
    return place === undefined ? { text: part } : { text: part, place }
  })
}
