/** In the place of a page that could not be fetched: what was kept where a service worker has the files for it, else what went wrong. */
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { isPassing, Problem } from '@countersign/ui/page/problem'
import { textsThere } from '@countersign/ui/text/texts'
import { lazy } from 'preact-iso'
import { wallet } from '../texts/wallet-texts.ts'

export interface AwayPageProps {
  readonly failure: CallFailure
  /** Of the wallet that was open last. */
  readonly walletId: string
  readonly retry: () => void
}

const KeptPages = lazy(async () => {
  const { KeptPages: Pages } = await import('./kept-pages.tsx')
  await textsThere()
  return Pages
})

export function AwayPage({ failure, walletId, retry }: AwayPageProps) {
  const problem = <Problem failure={failure} product={wallet.value.product} home="/" retry={retry} />
  if (!isPassing(failure) || !hasWorker()) return problem
  return <KeptPages walletId={walletId} retry={retry} otherwise={problem} />
}

/** Without one, what shows the cards could not be fetched either. */
function hasWorker(): boolean {
  return 'serviceWorker' in navigator && navigator.serviceWorker.controller !== null
}
