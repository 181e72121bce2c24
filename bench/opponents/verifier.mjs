// One verification, as the stock libraries have it: @openid4vc/openid4vp for the messages, dcql for the query, @sd-jwt/sd-jwt-vc for the
// presentation.
import { createHash } from 'node:crypto'
import { Openid4vpVerifier } from '@openid4vc/openid4vp'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { DcqlPresentationResult, DcqlQuery } from 'dcql'
import { compactVerify, importJWK } from 'jose'
import { callbacksOf, hasher, issuerKeys, newId, open, operatorsOnly, serve } from './stock.mjs'

const stock = await open('verifier', 'https://verifier.example')
const { app, base, sessions, x5c } = stock
const verifier = new Openid4vpVerifier({ callbacks: callbacksOf(stock) })
const hash = createHash('sha256').update(Buffer.from(x5c[0], 'base64')).digest('base64url')
const clientId = `x509_hash:${hash}`
const issuerKey = issuerKeys()
const sdJwt = new SDJwtVcInstance({
  hasher,
  verifier: async (data, signature) => {
    await compactVerify(`${data}.${signature}`, issuerKey)
    return true
  },
  kbVerifier: async (data, signature, { cnf }) => {
    await compactVerify(`${data}.${signature}`, await importJWK(cnf.jwk, 'ES256'))
    return true
  },
})

app.post('/openid4vc/verify', operatorsOnly, async ({ body }) => {
  const id = newId()
  const query = DcqlQuery.parse(body.dcql_query)
  DcqlQuery.validate(query)
  const request = {
    response_type: 'vp_token',
    response_mode: 'direct_post',
    response_uri: `${base}/openid4vc/verify/${id}`,
    client_id: clientId,
    nonce: newId(),
    state: id,
    dcql_query: query,
    client_metadata: {
      vp_formats_supported: {
        'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] },
      },
    },
    aud: 'https://self-issued.me/v2',
  }
  await sessions.set(id, { id, state: 'created', request })
  const link = new URLSearchParams({ client_id: clientId, request_uri: `${base}/openid4vc/request/${id}` })
  return { id, url: `openid4vp://authorize?${link}` }
})

app.get('/openid4vc/request/:id', async ({ params: { id } }, reply) => {
  const { request } = await sessions.get(id)
  const { jar } = await verifier.createOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: request,
    jar: {
      jwtSigner: { method: 'x5c', x5c, alg: 'ES256' },
      expiresInSeconds: 300,
      requestUri: `${base}/openid4vc/request/${id}`,
    },
  })
  reply.type('application/oauth-authz-req+jwt')
  return jar.authorizationRequestJwt
})

app.post('/openid4vc/verify/:id', async ({ body, params: { id } }) => {
  const session = await sessions.get(id)
  const { dcql } = await verifier.parseOpenid4vpAuthorizationResponse({
    authorizationResponse: body,
    authorizationRequestPayload: session.request,
  })
  const shown = {}
  for (const [queryId, presentations] of Object.entries(dcql.presentations))
    shown[queryId] = await Promise.all([presentations].flat().map((one) => verified(one, session.request)))
  const matched = DcqlPresentationResult.fromDcqlPresentation(shown, {
    dcqlQuery: session.request.dcql_query,
  })
  const isVerified = matched.can_be_satisfied
  await sessions.set(id, { ...session, state: isVerified ? 'verified' : 'refused', shown })
  return {}
})

async function verified(presentation, { client_id: audience, nonce }) {
  const { kb, payload } = await sdJwt.verify(presentation, { keyBindingNonce: nonce })
  if (kb?.payload.aud !== audience) throw new Error('presented to somebody else')
  return {
    credential_format: 'dc+sd-jwt',
    vct: payload.vct,
    claims: payload,
    cryptographic_holder_binding: true,
  }
}

app.get('/openid4vc/session/:id', operatorsOnly, async ({ params }) => {
  const { id, request, shown, state } = await sessions.get(params.id)
  return {
    id,
    state,
    verificationResult: state === 'verified',
    dcqlQuery: request.dcql_query,
    credentials: shown,
  }
})

await serve(app)
