/** Writes a picture anew from what was read: nothing of the stranger's own characters but judged values and escaped text. */
import type { SvgElement } from './svg-element.ts'
import { SVG_NAMESPACE } from './svg-lists.ts'

/** `textOf` may change what is shown as text; it is escaped afterwards. */
export function writeSvg(root: SvgElement, textOf: (text: string) => string = (text) => text): string {
  return written(root, textOf, ` xmlns="${SVG_NAMESPACE}"`)
}

function written(
  { name, attributes, children }: SvgElement,
  textOf: (text: string) => string,
  first = '',
): string {
  const shown = [...attributes].map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`).join('')
  const inner = children
    .map((child) => {
      if (typeof child !== 'string') return written(child, textOf)
      return escaped(name === 'style' ? child : textOf(child))
    })
    .join('')
  return inner === '' ? `<${name}${first}${shown}/>` : `<${name}${first}${shown}>${inner}</${name}>`
}

/** Characters that XML knows under no circumstances become the sign for one that cannot be shown (XML 1.0 §2.2). */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"'{}\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`)
}
