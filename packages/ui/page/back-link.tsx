/** The way back to where somebody came from, at the top of a page. */
import { LinkButton } from '../elements/button.tsx'
import { back } from '../elements/icons.ts'

export function BackLink({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <p class="back-link">
      <LinkButton kind="quiet" href={href} icon={back}>
        {children}
      </LinkButton>
    </p>
  )
}
