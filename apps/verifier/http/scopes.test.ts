/** Which scope each management call of the verifier needs. A call that is missing here, or is open to others, fails the test. */

import { expect, it } from 'vitest'
import { serveVerifier } from '../testing/served.testing.ts'
import { testVerifier } from '../testing/verifier.testing.ts'

const SCOPES = {
  'sessions:write': [
    'DELETE /openid4vc/session/:id',
    'POST /openid4vc/session/:id/returned',
    'POST /openid4vc/verify',
  ],
  'sessions:read': [
    'GET /openid4vc/policy-list',
    'GET /openid4vc/session/:id',
    'GET /openid4vc/session/:id/callback',
    'GET /openid4vc/session/:id/digital-request',
    'GET /openid4vc/session/:id/events',
    'GET /openid4vc/session/:id/presented-credentials',
    'GET /openid4vc/sessions',
    'GET /openid4vc/transaction-data-profiles',
  ],
  'callbacks:write': ['POST /openid4vc/session/:id/callback/redeliver'],
}

it('the verifier has a scope for each management call', async () => {
  const found: Record<string, string[]> = {}
  const { app } = await serveVerifier(await testVerifier(), {
    before: (server) => {
      server.addHook('onRoute', ({ config, method, url }) => {
        if (config?.door !== 'management' || method === 'HEAD') return
        const calls = [method].flat().map((one) => `${one} ${url}`)
        found[config.scope ?? ''] = [...(found[config.scope ?? ''] ?? []), ...calls].toSorted()
      })
    },
  })
  await app.close()
  expect(found).toEqual(SCOPES)
})
