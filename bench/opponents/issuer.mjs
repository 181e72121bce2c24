// One issuance, as the stock libraries have it: @openid4vc/openid4vci and @openid4vc/oauth2 for the messages, @sd-jwt/sd-jwt-vc for the
// credential. No status, no memory of sender's proofs.
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import {
  clientAuthenticationAnonymous,
  Oauth2AuthorizationServer,
  Oauth2ResourceServer,
} from '@openid4vc/oauth2'
import { Openid4vciIssuer } from '@openid4vc/openid4vci'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { callbacksOf, hasher, newId, open, operatorsOnly, serve, TTL_SECONDS } from './stock.mjs'

const CONFIGURATION = 'identity_credential_dc+sd-jwt'
const TYPE = 'urn:countersign:identity-credential:1'
const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const YEAR_SECONDS = 31_536_000

const stock = await open('issuer', 'https://issuer.example')
const { app, base, jwk, publicJwk, redis, sessions, x5c } = stock
const callbacks = {
  ...callbacksOf(stock),
  clientAuthentication: clientAuthenticationAnonymous(),
  // The own keys, which the library would fetch for every token.
  fetch: async () => Response.json({ keys: [publicJwk] }),
}
const issuer = new Openid4vciIssuer({ callbacks })
const server = new Oauth2AuthorizationServer({ callbacks })
const resources = new Oauth2ResourceServer({ callbacks })
const tokenSigner = { method: 'jwk', alg: 'ES256', publicJwk }
const serverMetadata = server.createAuthorizationServerMetadata({
  issuer: base,
  jwks_uri: `${base}/jwks`,
  token_endpoint: `${base}/token`,
  dpop_signing_alg_values_supported: ['ES256'],
  'pre-authorized_grant_anonymous_access_supported': true,
  token_endpoint_auth_methods_supported: ['none'],
})
const credentialIssuer = issuer.createCredentialIssuerMetadata({
  credential_issuer: base,
  credential_endpoint: `${base}/credential`,
  nonce_endpoint: `${base}/nonce`,
  notification_endpoint: `${base}/notification`,
  credential_configurations_supported: {
    [CONFIGURATION]: {
      format: 'dc+sd-jwt',
      vct: TYPE,
      cryptographic_binding_methods_supported: ['jwk'],
      credential_signing_alg_values_supported: ['ES256'],
      proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
    },
  },
})
const issuerMetadata = {
  originalDraftVersion: 'V1',
  credentialIssuer,
  authorizationServers: [serverMetadata],
  knownCredentialConfigurations: issuer.getKnownCredentialConfigurationsSupported(credentialIssuer),
}
const credentialKey = createPrivateKey({ key: jwk, format: 'jwk' })
const sdJwt = new SDJwtVcInstance({
  hasher,
  saltGenerator: (length) => randomBytes(length).toString('base64url'),
  signAlg: 'ES256',
  signer: (data) =>
    sign('sha256', Buffer.from(data), { key: credentialKey, dsaEncoding: 'ieee-p1363' }).toString(
      'base64url',
    ),
})

app.post('/openid4vc/sdjwt/issue', operatorsOnly, async ({ body }, reply) => {
  const id = newId()
  const code = newId()
  await sessions.set(id, {
    id,
    code,
    state: 'offered',
    claims: body.credentialData,
    disclosureFrame: frameOf(body.selectiveDisclosure),
  })
  reply.type('text/plain')
  const link = new URLSearchParams({ credential_offer_uri: `${base}/credentialOffer?id=${id}` })
  return `openid-credential-offer://?${link}`
})

function frameOf({ fields }) {
  const frame = { _sd: Object.keys(fields).filter((name) => fields[name].sd) }
  for (const [name, { children }] of Object.entries(fields)) if (children) frame[name] = frameOf(children)
  return frame
}

app.get('/credentialOffer', async ({ query }) => {
  const { code, id } = await sessions.get(query.id)
  const { credentialOfferObject } = await issuer.createCredentialOffer({
    issuerMetadata,
    credentialConfigurationIds: [CONFIGURATION],
    grants: { [PRE_AUTHORIZED]: { 'pre-authorized_code': `${id}.${code}` } },
  })
  return credentialOfferObject
})

app.post('/token', async (incoming) => {
  const request = requestLike(incoming)
  const parsed = server.parseAccessTokenRequest({ request, accessTokenRequest: incoming.body })
  const [id] = parsed.grant.preAuthorizedCode.split('.')
  const session = await sessions.get(id)
  const { dpop } = await server.verifyPreAuthorizedCodeAccessTokenRequest({
    request,
    accessTokenRequest: parsed.accessTokenRequest,
    authorizationServerMetadata: serverMetadata,
    grant: parsed.grant,
    expectedPreAuthorizedCode: session.state === 'offered' ? `${id}.${session.code}` : 'none',
    dpop: { ...parsed.dpop, required: true, allowedSigningAlgs: ['ES256'] },
  })
  await sessions.set(id, { ...session, state: 'token' })
  return server.createAccessTokenResponse({
    audience: base,
    authorizationServer: base,
    expiresInSeconds: 600,
    signer: tokenSigner,
    subject: id,
    dpop,
  })
})

app.post('/nonce', async () => {
  const nonce = newId()
  await redis.set(`stock:nonce:${nonce}`, '1', { EX: TTL_SECONDS })
  return issuer.createNonceResponse({ cNonce: nonce })
})

app.post('/credential', async (incoming) => {
  const { sub: id } = await tokenOf(incoming)
  const session = await sessions.get(id)
  const credentialRequest = issuer.parseCredentialRequest({
    issuerMetadata,
    credentialRequest: incoming.body,
  })
  const credentials = await Promise.all(
    credentialRequest.proofs.jwt.map(async (jwt) => ({ credential: await credentialFor(session, jwt) })),
  )
  const notificationId = newId()
  await sessions.set(id, { ...session, state: 'issued', notificationId })
  return issuer.createCredentialResponse({ credentialRequest, credentials, notificationId })
})

async function credentialFor({ claims, disclosureFrame }, jwt) {
  const { nonce } = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'))
  if ((await redis.getDel(`stock:nonce:${nonce}`)) === null) throw new Error('a nonce that was not given')
  const { signer } = await issuer.verifyCredentialRequestJwtProof({
    issuerMetadata,
    jwt,
    expectedNonce: nonce,
  })
  const { crv, kty, x, y } = signer.publicJwk
  const iat = Math.floor(Date.now() / 1000)
  const payload = {
    iss: base,
    iat,
    exp: iat + YEAR_SECONDS,
    vct: TYPE,
    cnf: { jwk: { kty, crv, x, y } },
    ...claims,
  }
  return sdJwt.issue(payload, disclosureFrame, { header: { x5c } })
}

app.post('/notification', async (incoming, reply) => {
  const { sub: id } = await tokenOf(incoming)
  const session = await sessions.get(id)
  if (session.notificationId !== incoming.body.notification_id) throw new Error('an unknown notification id')
  await sessions.set(id, { ...session, state: incoming.body.event })
  reply.code(204)
})

async function tokenOf(incoming) {
  const { tokenPayload } = await resources.verifyResourceRequest({
    request: requestLike(incoming),
    resourceServer: base,
    authorizationServers: [serverMetadata],
  })
  return tokenPayload
}

function requestLike({ headers, method, url }) {
  return { headers: new Headers(headers), method, url: base + url }
}

await serve(app)
