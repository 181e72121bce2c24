/** Which scope each management call of the issuer needs. A call that is missing here, or is open to others, fails the test. */
import { MANAGEMENT_SCOPES } from '@countersign/api/scopes'
import { createHttpService } from '@countersign/service/http/http-service'
import { describe, expect, it } from 'vitest'
import { issuerService } from '../build.ts'
import { newDeployment, onSqlite } from '../testing/durable.testing.ts'
import { servedConfig } from '../testing/issue-calls.testing.ts'

const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'offers:write': [
    'DELETE /openid4vc/bulk/:id',
    'GET /openid4vc/bulk/:id/offers',
    'POST /openid4vc/jwt/issue',
    'POST /openid4vc/jwt/issueBatch',
    'POST /openid4vc/mdoc/issue',
    'POST /openid4vc/mdoc/issueBatch',
    'POST /openid4vc/profiles/:name/bulk',
    'POST /openid4vc/profiles/:name/offers',
    'POST /openid4vc/sdjwt/issue',
    'POST /openid4vc/sdjwt/issueBatch',
  ],
  'sessions:read': [
    'GET /openid4vc/bulk/:id',
    'GET /openid4vc/session/:id',
    'GET /openid4vc/session/:id/callback',
    'GET /openid4vc/session/:id/events',
    'GET /openid4vc/sessions',
  ],
  'sessions:write': ['POST /openid4vc/session/:id/deferred'],
  'callbacks:write': ['POST /openid4vc/session/:id/callback/redeliver'],
  'credentials:read': [
    'GET /openid4vc/credentials',
    'GET /openid4vc/credentials/:id',
    'GET /openid4vc/credentials/log',
  ],
  'status:write': [
    'POST /openid4vc/credentials/:id/status',
    'POST /openid4vc/credentials/status',
    'PUT /openid4vc/credentials/:id/status',
    'PUT /openid4vc/credentials/status',
  ],
  'profiles:read': ['GET /openid4vc/profiles', 'GET /openid4vc/profiles/:name'],
  'profiles:write': ['DELETE /openid4vc/profiles/:name', 'PUT /openid4vc/profiles/:name'],
  'onboarding:write': [
    'POST /onboard/iso-mdl/document-signers',
    'POST /onboard/iso-mdl/iacas',
    'POST /onboard/issuer',
  ],
  'tokens:read': ['POST /introspect'],
  'audit:read': ['GET /audit'],
  'keys:manage': ['DELETE /api-keys/:id', 'GET /api-keys', 'POST /api-keys'],
}

onSqlite('the scopes of the issuer', (database) => {
  it('are one for each management call', async () => {
    const deployment = newDeployment(database())
    const issuer = deployment.instance()
    const service = issuerService(issuer, { displayName: 'Test' })
    const found: Record<string, string[]> = {}
    const { app } = await createHttpService({
      ...service,
      config: { ...servedConfig(issuer), managementApiKey: 'root-key-of-the-operator' },
      checks: [],
      routes: (server) => {
        server.addHook('onRoute', ({ config, method, url }) => {
          if (config?.door !== 'management' || method === 'HEAD') return
          const calls = [method].flat().map((one) => `${one} ${url}`)
          found[config.scope ?? ''] = [...(found[config.scope ?? ''] ?? []), ...calls].toSorted()
        })
        return service.routes(server)
      },
    })
    await app.close()
    expect(found).toEqual(SCOPES)
  })
})

describe('the scopes of the table', () => {
  it('are scopes', () => {
    expect(MANAGEMENT_SCOPES).toEqual(expect.arrayContaining(Object.keys(SCOPES)))
  })
})
