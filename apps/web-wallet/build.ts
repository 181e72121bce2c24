/** Puts the web wallet together: its pages, and the wallet API passed on. It keeps nothing. */
import type { ServiceParts } from '@countersign/service/compose/run-service'
import type { BuiltPages } from '@countersign/service/http/pages/built-pages'
import { pageRoutes } from '@countersign/service/http/pages/page-routes'
import { forwardPrefix } from '@countersign/service/http/passing/forward-prefix'
import { plainRoutes } from './plain/plain-routes.ts'
import { PAGE_ROUTES } from './routes.ts'

export interface WebWalletSettings {
  readonly pages: BuiltPages
  /** Public address. */
  readonly baseUrl: string
  /** Internal address of the wallet API. */
  readonly walletUrl: string
}

export function webWalletService({ pages, baseUrl, walletUrl }: WebWalletSettings): ServiceParts {
  return {
    title: 'Countersign web wallet',
    description: 'Pages for holders, and the wallet API under their own address.',
    routes: async (app) => {
      pageRoutes(app, { pages, routes: PAGE_ROUTES, baseUrl })
      const wallet = { name: 'wallet', url: walletUrl }
      plainRoutes(app, { wallet, index: pages.index.body.toString(), https: baseUrl.startsWith('https:') })
      await forwardPrefix(app, '/wallet-api', wallet)
    },
  }
}
