/** HTML as values: what is no markup yet is text, and is escaped. There is no way to say that a text is markup but to write it here. */

class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type { Markup }

export type Content = string | number | Markup | undefined | readonly Content[]

/** Also for SVG within a page. Values stand between tags or within quoted attributes, nowhere else. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, at) => part + written(values[at])).join(''))
}

function written(value: Content): string {
  if (value === undefined) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(written).join('')
  return String(value).replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}
