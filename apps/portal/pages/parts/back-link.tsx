/** The way back to where somebody came from, at the top of a page. */
import { LinkButton } from '@countersign/ui/elements/button'
import { back } from '@countersign/ui/elements/icons'

export function BackLink({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <p class="back-link">
      <LinkButton kind="quiet" href={href} icon={back}>
        {children}
      </LinkButton>
    </p>
  )
}
