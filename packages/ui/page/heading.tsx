/**
 * The heading of a page is its title: one `<h1>`, and the same words in the document's title. When a page takes the place of
 * another, focus goes to its heading, so that whoever cannot see the change hears it.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

let shownBefore = false

export interface HeadingProps {
  /** In plain text, for the document. */
  readonly title: string
  /** Of the product, behind the title. */
  readonly product: string
  /** Where the heading has more than plain text: a host name that keeps its direction. */
  readonly children?: ComponentChildren
}

export function Heading({ title, product, children }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    document.title = `${title} – ${product}`
  }, [title, product])
  useEffect(() => {
    // The first page is read from its beginning by itself.
    if (shownBefore) {
      heading.current?.focus({ preventScroll: true })
      window.scrollTo(0, 0)
    }
    shownBefore = true
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  )
}
