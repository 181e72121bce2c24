/** The address at which the web wallet opens an offer or a request of ours; undefined where there is no web wallet. */
import { webWalletLink } from '@countersign/ui/http/wallet-link'
import { session } from '../session.ts'

export function webWalletAddress(link: string): string | undefined {
  const wallet = session.value?.webWalletUrl
  return wallet === undefined ? undefined : webWalletLink(wallet, link)
}
