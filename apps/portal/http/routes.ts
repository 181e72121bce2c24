/** The portal's calls, put together. */
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { DemoControl } from '../demo-control.ts'
import type { Operators } from '../portal.ts'
import type { Upstreams } from '../upstreams.ts'
import type { Verifications } from '../verifications.ts'
import { checklistRoutes } from './checklist-routes.ts'
import { demoRoutes } from './demo-routes.ts'
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
  /** Absent outside of a demonstration. */
  readonly demo?: DemoControl | undefined
}

export function portalRoutes(parts: PortalParts): (app: ServiceApp) => void {
  const { baseUrl, demo, operators, upstreams, verifications, webWalletUrl } = parts
  const door = operatorDoor(operators, baseUrl)
  return (app) => {
    sessionRoutes(app, operators, door, { webWalletUrl, ...(demo !== undefined && { demo: true }) })
    if (operators !== undefined) loginRoutes(app, operators, door)
    verificationRoutes(app, { verifier: upstreams.verifier, verifications, door, baseUrl })
    checklistRoutes(app, upstreams, door)
    if (demo !== undefined) demoRoutes(app, demo, door)
    passedRoutes(app, upstreams, door)
  }
}
