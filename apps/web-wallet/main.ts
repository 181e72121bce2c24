/** Starts the web wallet as its configuration says: built pages, and the wallet API behind them. It needs no runtime. */
import { fileURLToPath } from 'node:url'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/run-service'
import { logConfiguration } from '@countersign/service/config/redacted'
import { createHttpService } from '@countersign/service/http/http-service'
import { readBuiltPages } from '@countersign/service/http/pages/built-pages'
import { refuseBasePath } from '@countersign/service/http/pages/own-host'
import { gracefulStop } from '@countersign/service/operation/lifecycle'
import { prometheusMetrics } from '@countersign/service/operation/prometheus'
import { webWalletService } from './build.ts'
import { webWalletShape } from './config.ts'

const BUILT = fileURLToPath(new URL('dist', import.meta.url))

export async function startWebWallet(start: ServiceStart, built = BUILT): Promise<RunningService> {
  const options = { service: 'web-wallet', extra: webWalletShape, managementDoor: false }
  const config = await configure(options, start)
  refuseBasePath(config.baseUrl)
  const pages = await readBuiltPages(built)
  const { baseUrl, walletUrl } = config
  const http = await createHttpService({
    ...webWalletService({ pages, baseUrl, walletUrl }),
    // A service of pages has no API of its own to show.
    config: { ...config, features: config.features.filter((feature) => feature !== 'openapi') },
    secure: start.secure,
    checks: [],
    metrics: prometheusMetrics('web-wallet'),
  })
  logConfiguration(http.log, config)
  const { port } = await http.listen()
  const stop = gracefulStop({ services: [http], drainSeconds: config.drainSeconds, close: [], log: http.log })
  return { name: 'web-wallet', url: `http://localhost:${port}`, config, close: stop }
}
