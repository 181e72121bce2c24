/** The portal's calls, put together. */
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Operators } from '../portal.ts'
import type { Upstreams } from '../upstreams.ts'
import type { Verifications } from '../verifications.ts'
import { loginRoutes } from './login-routes.ts'
import { operatorDoor } from './operator-door.ts'
import { passedRoutes } from './passed-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { verificationRoutes } from './verification-routes.ts'

export interface PortalParts {
  /** Absent: nobody has to log in. */
  readonly operators?: Operators | undefined
  readonly upstreams: Upstreams
  readonly verifications: Verifications
  /** Public addresses. */
  readonly baseUrl: string
  readonly webWalletUrl?: string | undefined
}

export function portalRoutes(parts: PortalParts): (app: ServiceApp) => void {
  const { baseUrl, operators, upstreams, verifications, webWalletUrl } = parts
  const door = operatorDoor(operators, baseUrl)
  return (app) => {
    sessionRoutes(app, operators, door, webWalletUrl)
    if (operators !== undefined) loginRoutes(app, operators, door)
    verificationRoutes(app, { verifier: upstreams.verifier, verifications, door, baseUrl })
    passedRoutes(app, upstreams, door)
  }
}
