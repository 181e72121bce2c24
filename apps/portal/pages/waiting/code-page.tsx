/** A page with a code: its heading, the code on one side, and what happens on the other. */

import { BackLink } from '@countersign/ui/page/back-link'
import { Heading } from '@countersign/ui/page/heading'
import type { ComponentChildren } from 'preact'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import type { FollowedSession } from '../parts/use-session-stream.ts'
import { portal } from '../text/portal-texts.ts'

export interface CodePageProps {
  readonly back: { readonly href: string; readonly text: string }
  readonly title: string
  readonly lede: string
  readonly code: ComponentChildren
  readonly children: ComponentChildren
}

export function CodePage({ back, title, lede, code, children }: CodePageProps) {
  return (
    <>
      <BackLink href={back.href}>{back.text}</BackLink>
      <div class="stack" data-gap="l">
        <div class="stack" data-gap="s">
          <Heading title={title} product={portal.value.product} />
          <p class="lede">{lede}</p>
        </div>
        <div class="two" data-side="start">
          <div class="stack">{code}</div>
          <div class="stack">{children}</div>
        </div>
      </div>
    </>
  )
}

/** In place of the page while its session was not heard of. */
export function NotHeard({ followed }: { readonly followed: FollowedSession<unknown> }) {
  const { failure, retry } = followed
  return failure === undefined ? <Loading /> : <NotLoaded failure={failure} retry={retry} />
}
