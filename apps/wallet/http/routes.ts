/**
 * The wallet's API. What stands in the closed part is for people with a login: one hook recognises the caller before any
 * of its handlers, so a new route is closed unless it is written elsewhere.
 */

import { isLoopbackHost } from '@countersign/service/config/loopback-host'
import type { ServiceConfig } from '@countersign/service/config/schema'
import { ownPagesKeeper } from '@countersign/service/http/access'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Wallet } from '../wallet.ts'
import { accessRoutes } from './access-routes.ts'
import { accountRoutes } from './account-routes.ts'
import { authenticateCaller } from './caller/authenticate-caller.ts'
import { ownPages } from './caller/own-pages.ts'
import { cardRoutes } from './card-routes.ts'
import { categoryRoutes } from './category-routes.ts'
import { credentialRoutes } from './credential-routes.ts'
import { deferredRoutes } from './deferred-routes.ts'
import { didRoutes, registryRoutes } from './did-routes.ts'
import { exchangeRoutes } from './exchange-routes.ts'
import { exportRoutes } from './export-routes.ts'
import { historyRoutes } from './history-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { loginRoutes } from './login-routes.ts'
import { offerExchangeRoutes } from './offer-exchange-routes.ts'
import { ownLoginRoutes } from './own-login-routes.ts'
import { closedPasskeyRoutes, openPasskeyRoutes } from './passkey-routes.ts'
import { requestExchangeRoutes } from './request-exchange-routes.ts'
import { settingsRoutes } from './settings-routes.ts'
import { walletsRoutes } from './wallets-routes.ts'
import { waysInRoutes } from './ways-in-routes.ts'

export interface RouteConfig extends Pick<ServiceConfig, 'baseUrl' | 'mode' | 'webHost'> {
  readonly webWalletUrl?: string | undefined
}

export function walletApi(wallet: Wallet, config: RouteConfig): (app: ServiceApp) => Promise<void> {
  const pages = ownPages(config)
  return async (app) => {
    await app.register(async (open: ServiceApp) => {
      keepOtherSitesOut(open, config)
      loginRoutes(open, wallet, pages)
      waysInRoutes(open, wallet, pages)
      await open.register(async (passkeys: ServiceApp) => openPasskeyRoutes(passkeys, wallet, pages))
    })
    registryRoutes(app, wallet)
    await app.register(async (closed: ServiceApp) => {
      keepOtherSitesOut(closed, config)
      closed.addHook('onRequest', async (request) => authenticateCaller(wallet, pages, request))
      accountRoutes(closed, wallet, pages)
      accessRoutes(closed, wallet, pages)
      ownLoginRoutes(closed, wallet)
      walletsRoutes(closed, wallet, pages)
      settingsRoutes(closed, wallet)
      categoryRoutes(closed, wallet)
      historyRoutes(closed, wallet)
      exportRoutes(closed, wallet, pages)
      closedPasskeyRoutes(closed, wallet)
      keyRoutes(closed, wallet)
      didRoutes(closed, wallet)
      credentialRoutes(closed, wallet)
      cardRoutes(closed, wallet)
      exchangeRoutes(closed, wallet)
      offerExchangeRoutes(closed, wallet)
      requestExchangeRoutes(closed, wallet)
      deferredRoutes(closed, wallet)
    })
  }
}

/**
 * In development the password of the pre-registered account is known to everybody, so a page of another site must not
 * reach the API by a host name of its own that leads to loopback.
 */
function keepOtherSitesOut(app: ServiceApp, { baseUrl, mode, webHost }: RouteConfig): void {
  if (mode !== 'development' || !isLoopbackHost(webHost)) return
  const keeper = ownPagesKeeper(baseUrl)
  app.addHook('onRequest', async (request) => {
    const refusal = keeper(request.headers)
    if (refusal !== undefined) fail(refusal)
  })
}
