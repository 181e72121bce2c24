/** The credential endpoint's access token and DPoP proof: RFC 6750 §3, RFC 9449 §7. */
import { randomUUID } from 'node:crypto'
import { expectStatus } from '@countersign/testing/client/http'
import { identityConfiguration, keyProof, unknownId } from '@countersign/testing/client/protocol-wallet'
import { forgeJws, sha256, tampered } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { type BadInput, chapter } from '../case.ts'
import { dpopFaults, proofClaims, proofHeader } from '../dpop-faults.ts'
import { type Granted, grant, granted, grantedToBearer, offerOfIssuer } from '../stages.ts'
import { type Sending, sendJson, type TimedAnswer } from '../wire.ts'

const challenge = { 'www-authenticate': /DPoP.*algs="ES256.*Bearer|Bearer.*DPoP algs=/ }
const noToken = {
  status: 401,
  error: 'invalid_token',
  message: /access token is needed/,
  headers: challenge,
} as const
const badToken = {
  status: 401,
  error: 'invalid_token',
  message: /access token is not acceptable/,
  headers: { 'www-authenticate': /error="invalid_token"/ },
} as const
const badProof = {
  status: 401,
  error: 'invalid_dpop_proof',
  message: /DPoP proof/,
  headers: { 'www-authenticate': /^DPoP error="invalid_dpop_proof"/ },
} as const

/** A credential request that is in order but for its headers. */
async function ask(at: Granted, headers: Sending['headers'], path = '/credential'): Promise<TimedAnswer> {
  const jwt = await keyProof(at.issuerUrl, at.nonce, at.holder)
  const body = { credential_configuration_id: identityConfiguration, proofs: { jwt: [jwt] } }
  return sendJson(at.issuerUrl + path, body, headers)
}

function goodProof(at: Granted, accessToken = at.accessToken, key = at.dpopKey): Promise<string> {
  const claims = proofClaims(`${at.issuerUrl}/credential`, { ath: sha256(accessToken) })
  return forgeJws(proofHeader(key), claims, key)
}

async function askWith(at: Granted, accessToken: string): Promise<TimedAnswer> {
  return ask(at, { authorization: `DPoP ${accessToken}`, dpop: await goodProof(at, accessToken) })
}

const tokens: readonly BadInput<Granted>[] = [
  { name: 'no access token', ...noToken, send: (at) => ask(at, {}) },
  {
    name: 'a proof without an access token',
    ...noToken,
    send: async (at) => ask(at, { dpop: await goodProof(at) }),
  },
  { name: 'an empty access token', ...noToken, send: (at) => ask(at, { authorization: 'DPoP ' }) },
  { name: 'a token without a scheme', ...noToken, send: (at) => ask(at, { authorization: at.accessToken }) },
  {
    name: 'a token under Basic',
    ...noToken,
    send: (at) => ask(at, { authorization: `Basic ${at.accessToken}` }),
  },
  {
    name: 'a token of 3000 characters',
    ...noToken,
    send: (at) => ask(at, { authorization: `DPoP ${'t'.repeat(3000)}` }),
  },
  {
    name: 'two tokens in one header',
    ...noToken,
    send: (at) => ask(at, { authorization: `DPoP ${at.accessToken} ${at.accessToken}` }),
  },
  {
    name: 'the access token in the query',
    ...noToken,
    send: (at) => ask(at, {}, `/credential?access_token=${at.accessToken}`),
  },
  {
    name: 'the access token in the body',
    ...noToken,
    send: (at) =>
      sendJson(`${at.issuerUrl}/credential`, {
        access_token: at.accessToken,
        credential_configuration_id: identityConfiguration,
      }),
  },
  { name: 'an unknown token', ...badToken, send: (at) => askWith(at, `${unknownId()}.${unknownId()}`) },
  {
    name: 'a token that was tampered with',
    ...badToken,
    send: (at) => askWith(at, tampered(at.accessToken)),
  },
  { name: 'the session id as token', ...badToken, send: (at) => askWith(at, at.id) },
  { name: 'the pre-authorized code as token', ...badToken, send: (at) => askWith(at, at.offer.code) },
  {
    name: 'the token of another deployment',
    ...badToken,
    send: async (at, { foreignIssuer }) =>
      askWith(at, (await grant(await offerOfIssuer(foreignIssuer.url))).accessToken),
  },
  {
    name: "another's token under one's own key",
    ...badToken,
    send: async (at) => askWith(at, (await grant(await offerOfIssuer(at.issuerUrl))).accessToken),
  },
  {
    name: 'a bound token under another key',
    ...badToken,
    send: async (at) => {
      const dpop = await goodProof(at, at.accessToken, newKey())
      return ask(at, { authorization: `DPoP ${at.accessToken}`, dpop })
    },
  },
  {
    name: 'a bound token as Bearer',
    ...badToken,
    send: (at) => ask(at, { authorization: `Bearer ${at.accessToken}` }),
  },
  {
    name: 'a bound token as Bearer beside a good proof',
    ...badToken,
    send: async (at) => ask(at, { authorization: `bearer ${at.accessToken}`, dpop: await goodProof(at) }),
  },
]

const proofs: readonly BadInput<Granted>[] = [
  {
    name: 'a bound token without a proof',
    ...badProof,
    send: (at) => ask(at, { authorization: `DPoP ${at.accessToken}` }),
  },
  {
    name: 'a proof without ath',
    ...badProof,
    send: async (at) => {
      const claims = proofClaims(`${at.issuerUrl}/credential`)
      const dpop = await forgeJws(proofHeader(at.dpopKey), claims, at.dpopKey)
      return ask(at, { authorization: `DPoP ${at.accessToken}`, dpop })
    },
  },
  {
    name: 'a proof with the ath of another token',
    ...badProof,
    send: async (at) => {
      const other = await grant(await offerOfIssuer(at.issuerUrl))
      return ask(at, {
        authorization: `DPoP ${at.accessToken}`,
        dpop: await goodProof(at, other.accessToken),
      })
    },
  },
  {
    name: 'the proof of the token request',
    ...badProof,
    send: async (at) => {
      const claims = proofClaims(`${at.issuerUrl}/token`, { ath: sha256(at.accessToken) })
      const dpop = await forgeJws(proofHeader(at.dpopKey), claims, at.dpopKey)
      return ask(at, { authorization: `DPoP ${at.accessToken}`, dpop })
    },
  },
  {
    name: 'a replayed proof',
    ...badProof,
    send: async (at) => {
      const claims = proofClaims(`${at.issuerUrl}/credential`, {
        ath: sha256(at.accessToken),
        jti: randomUUID(),
      })
      const dpop = await forgeJws(proofHeader(at.dpopKey), claims, at.dpopKey)
      const headers = { authorization: `DPoP ${at.accessToken}`, dpop }
      const wrongNonce = { credential_configuration_id: identityConfiguration, proofs: { jwt: ['no-proof'] } }
      expectStatus(await sendJson(`${at.issuerUrl}/credential`, wrongNonce, headers), 400)
      return ask(at, headers)
    },
  },
]

export const accessChapters = [
  chapter('credential endpoint, the access token', granted, tokens),
  chapter('credential endpoint, the access token of a bearer client', grantedToBearer, [
    {
      name: 'a bearer token under DPoP with a proof',
      ...badToken,
      send: async (at) => ask(at, { authorization: `DPoP ${at.accessToken}`, dpop: await goodProof(at) }),
    },
    {
      name: 'a bearer token under DPoP without a proof',
      ...badProof,
      send: (at) => ask(at, { authorization: `DPoP ${at.accessToken}` }),
    },
    {
      name: 'a bearer token that was tampered with',
      ...badToken,
      send: (at) => ask(at, { authorization: `Bearer ${tampered(at.accessToken)}` }),
    },
  ]),
  chapter('credential endpoint, how the DPoP proof goes with the token', granted, proofs),
  chapter(
    'credential endpoint, the DPoP proof',
    granted,
    dpopFaults.map(({ name, make }) => ({
      name,
      ...badProof,
      send: async (at: Granted) => {
        const more = { ath: sha256(at.accessToken) }
        const dpop = await make({ key: at.dpopKey, url: `${at.issuerUrl}/credential`, more })
        return ask(at, { authorization: `DPoP ${at.accessToken}`, dpop })
      },
    })),
  ),
]
