/** A text with places: `Share 2 details with {who}?`. Pure. */

export interface TextPart {
  readonly text: string
  readonly place?: string
}

export function partsOf(text: string): readonly TextPart[] {
  return text.split(/(\{[a-zA-Z]+\})/).map((part) => {
    const place = /^\{([a-zA-Z]+)\}$/.exec(part)?.[1]
    return place === undefined ? { text: part } : { text: part, place }
  })
}

/** In plain text: a document's title, an attribute. */
export function filled(text: string, places: Readonly<Record<string, string>>): string {
  return partsOf(text)
    .map((part) => (part.place === undefined ? part.text : (places[part.place] ?? '')))
    .join('')
}
