/** The issuer's API, put together: a file of routes an area, behind each handler one use case. */

import { encodeBase64url } from '@countersign/core/base64url'
import type { IssuerDisplay } from '@countersign/protocol/openid4vci/metadata/published-metadata'
import { apiKeyRoutes } from '@countersign/service/api-keys/api-key-routes'
import type { ApiKeyShelf } from '@countersign/service/api-keys/stored-keys'
import { auditCalls } from '@countersign/service/http/audited-calls'
import { answerOnceByKey, type KeptCalls } from '@countersign/service/http/idempotent-calls'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Issuer } from '../issuer.ts'
import { auditLogOf, auditRoutes } from './audit-routes.ts'
import { authorizationRoutes } from './authorize/authorization-routes.ts'
import { userRoutes } from './authorize/user-routes.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { credentialLogRoutes } from './credential-log-routes.ts'
import { credentialRoutes } from './credential-routes.ts'
import { deferralRoutes } from './deferral-routes.ts'
import { listRoutes } from './list-routes.ts'
import { metadataRoutes } from './metadata-routes.ts'
import { offerRoutes } from './offer-routes.ts'
import { onboardingRoutes } from './onboarding-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { standingRoutes } from './standing-routes.ts'
import { statusListRoutes } from './status-list-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { walletRoutes } from './wallet-routes.ts'

export interface RouteOptions {
  readonly display: IssuerDisplay
  /** RFC 9126 §5: unpushed requests are refused. */
  readonly requirePushedRequests?: boolean | undefined
}

export function issuerRoutes(
  issuer: Issuer,
  { display, requirePushedRequests }: RouteOptions,
): (app: ServiceApp) => Promise<void> {
  return async (app) => {
    const audit = auditLogOf(issuer)
    if (audit !== undefined) auditCalls(app, audit)
    answerOnceByKey(app, keptCallsOf(issuer))
    onboardingRoutes(app, issuer)
    offerRoutes(app, issuer)
    profileRoutes(app, issuer)
    bulkRoutes(app, issuer)
    standingRoutes(app, issuer)
    listRoutes(app, issuer)
    credentialLogRoutes(app, issuer)
    auditRoutes(app, issuer)
    apiKeyRoutes(app, apiKeyShelf(issuer))
    credentialRoutes(app, issuer)
    await metadataRoutes(app, issuer, { display, requirePushedRequests })
    authorizationRoutes(app, issuer, { displayName: display.name, requirePushedRequests })
    userRoutes(app, issuer, display.name)
    walletRoutes(app, issuer)
    tokenRoutes(app, issuer)
    deferralRoutes(app, issuer)
    if (issuer.statusLists !== undefined) statusListRoutes(app, { ...issuer.statusLists, now: issuer.now })
  }
}

/** Undefined where no key is kept that all instances find. */
export function apiKeyShelf({ columns, crypto, database, now }: Issuer): ApiKeyShelf | undefined {
  return (
    database && {
      db: database.db,
      hash: (text) => columns.hash('api_key', text),
      now,
      randomBytes: crypto.randomBytes,
    }
  )
}

/** Undefined where nothing is kept that all instances find. */
function keptCallsOf({ columns, crypto, database, now }: Issuer): KeptCalls | undefined {
  if (database === undefined) return undefined
  let opened: Promise<KeptCalls> | undefined
  const open = async () => {
    // A start is mostly loading, and few calls have a key.
    const { openKeptCalls } = await import('../idempotency/kept-calls.ts')
    return openKeptCalls({ database, columns, now, newId: () => encodeBase64url(crypto.randomBytes(16)) })
  }
  return {
    begin: async (call) => {
      opened ??= open()
      return (await opened).begin(call)
    },
  }
}
