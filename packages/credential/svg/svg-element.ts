/** A picture as it was read: element and attribute names of our own lists, values that were judged, text as it is shown. */
export interface SvgElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly (SvgElement | string)[]
}

/** The text right within an element, in one piece. */
export function textWithin({ children }: SvgElement): string {
  return children.filter((child) => typeof child === 'string').join('')
}
