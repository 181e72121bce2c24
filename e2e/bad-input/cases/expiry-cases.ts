/** What was good a while ago. The clocks of the services are turned, so each case has its time to itself. */
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  type Held,
  identityConfiguration,
  offerUri,
  readOffer,
  requestNonce,
  requestToken,
} from '@countersign/testing/client/protocol-wallet'
import { forgeJws } from '@countersign/testing/forging/jws'
import { newKey } from '@countersign/testing/people/keys'
import { chapter, type RunnableCase, type Stage } from '../case.ts'
import {
  bothNames,
  type Granted,
  grant,
  type Offered,
  offerOfIssuer,
  verificationAt,
  verificationResult,
} from '../stages.ts'
import { bearer as loginHeader, register } from '../wallet-login.ts'
import { send, sendForm, sendJson } from '../wire.ts'
import type { World } from '../world.ts'

const FIVE_MINUTES = 301
const bearer = {}

/** Afterwards the issuer goes on: a new offer leads to a token. */
const issuance: Stage<undefined> = {
  prepare: async () => undefined,
  goOn: async (_, { hurriedIssuer }) => void (await grant(await offerOfIssuer(hurriedIssuer.url), bearer)),
}

const verification: Stage<undefined> = {
  prepare: async () => undefined,
  goOn: async (_, { hurriedVerifier }) => void (await verificationAt(hurriedVerifier.url)),
}

const GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

function takeToken({ issuerUrl, offer }: Offered) {
  return sendForm(`${issuerUrl}/token`, { grant_type: GRANT, 'pre-authorized_code': offer.code })
}

/** The proof is of the service's time. */
async function takeWith(
  { issuerUrl, accessToken, holder }: Pick<Granted, 'issuerUrl' | 'accessToken' | 'holder'>,
  nonce: string,
  now: number,
  configurationId = identityConfiguration,
) {
  const header = { typ: 'openid4vci-proof+jwt', alg: holder.algorithm, jwk: holder.publicJwk }
  const jwt = await forgeJws(header, { aud: issuerUrl, iat: now, nonce }, holder)
  const body = { credential_configuration_id: configurationId, proofs: { jwt: [jwt] } }
  return sendJson(`${issuerUrl}/credential`, body, { authorization: `Bearer ${accessToken}` })
}

async function timeOf({ hurriedIssuer }: World): Promise<number> {
  const { createdAt } = (
    await send(`${hurriedIssuer.url}/openid4vc/session/${(await offerOfIssuer(hurriedIssuer.url)).id}`)
  ).json()
  return Number(createdAt)
}

const expired = { status: 400, error: 'invalid_request', message: /has expired/ } as const

/** Ordered for as long as dates can be written, and taken up when the moment of the order is long gone. */
const forever: RunnableCase = {
  name: 'a credential that is to last to the end of all dates is issued an hour later, too',
  async run(world) {
    const { url } = world.hurriedIssuer
    const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
    const made = await postJson(
      `${url}/openid4vc/sdjwt/issue`,
      { credentialConfigurationId: jwtConfiguration, credentialData: { ...subject, 'jwt:exp': last } },
      { sessionttl: '7200' },
    )
    await world.hurriedIssuer.turnClock(3600)
    const offer = readOffer((await call(offerUri(expectStatus(made, 200).text))).json())
    const { access_token: accessToken } = expectStatus(await requestToken(offer, bearer), 200).json()
    const { c_nonce: nonce } = expectStatus(await requestNonce(url), 200).json()
    const taken = { issuerUrl: url, accessToken: String(accessToken), holder: newKey() }
    expectStatus(await takeWith(taken, String(nonce), await timeOf(world), jwtConfiguration), 200)
  },
}

const jwtConfiguration = 'IdentityCredential_vc+jwt'
const subject = { credentialSubject: { given_name: 'Ada', family_name: 'Example' } }

const MONTH = 31 * 86_400

/** Afterwards people can log in again. */
const walletUse: Stage<undefined> = {
  prepare: async () => undefined,
  goOn: async (_, { guardedWallet }) => void (await register(guardedWallet)),
}

export const expiryChapters = [
  chapter('what has expired at the wallet', walletUse, [
    {
      name: 'a login',
      status: 401,
      message: /^Log in first/,
      send: async (_, { guardedWallet }) => {
        const { token } = await register(guardedWallet)
        await guardedWallet.turnClock(MONTH)
        return send(`${guardedWallet.url}/wallet-api/auth/user-info`, loginHeader(token))
      },
    },
  ]),
  chapter('what has expired at the issuer', issuance, [
    {
      name: 'an offer',
      status: 400,
      error: 'invalid_grant',
      message: /expired/,
      send: async (_, { hurriedIssuer }) => {
        const offered = await offerOfIssuer(hurriedIssuer.url)
        await hurriedIssuer.turnClock(FIVE_MINUTES)
        return takeToken(offered)
      },
    },
    {
      name: 'an access token',
      status: 401,
      error: 'invalid_token',
      message: /not acceptable/,
      send: async (_, world) => {
        const granted = await grant(await offerOfIssuer(world.hurriedIssuer.url), bearer)
        await world.hurriedIssuer.turnClock(FIVE_MINUTES)
        const { c_nonce } = (await requestNonce(granted.issuerUrl)).json()
        return takeWith(granted, String(c_nonce), await timeOf(world))
      },
    },
    {
      name: 'a notification',
      status: 401,
      error: 'invalid_token',
      message: /not acceptable/,
      send: async (_, world) => {
        const { url } = world.hurriedIssuer
        const granted = await grant(await offerOfIssuer(url), bearer)
        const { notification_id } = (await takeWith(granted, granted.nonce, await timeOf(world))).json()
        const tell = () =>
          sendJson(
            `${url}/notification`,
            { notification_id, event: 'credential_accepted' },
            { authorization: `Bearer ${granted.accessToken}` },
          )
        expectStatus(await tell(), 204)
        await world.hurriedIssuer.turnClock(FIVE_MINUTES)
        return tell()
      },
    },
    {
      name: 'a nonce, and a fresh one is taken after it',
      status: 400,
      error: 'invalid_nonce',
      message: /get a new one/,
      send: async (_, world) => {
        const { url } = world.hurriedIssuer
        const { c_nonce: old } = (await requestNonce(url)).json()
        await world.hurriedIssuer.turnClock(FIVE_MINUTES)
        const granted = await grant(await offerOfIssuer(url), bearer)
        const now = await timeOf(world)
        const refused = await takeWith(granted, String(old), now)
        expectStatus(await takeWith(granted, granted.nonce, now), 200)
        return refused
      },
    },
    {
      name: 'a key proof',
      status: 400,
      error: 'invalid_proof',
      message: /key proof/,
      send: async (_, world) => {
        const granted = await grant(await offerOfIssuer(world.hurriedIssuer.url), bearer)
        return takeWith(granted, granted.nonce, (await timeOf(world)) - FIVE_MINUTES)
      },
    },
  ]),
  { name: 'what never expires', cases: [forever] },
  chapter('what has expired at the verifier', verification, [
    {
      name: 'a request that is answered too late',
      ...expired,
      send: async (_, world) => {
        const at = await verificationAt(world.hurriedVerifier.url)
        await world.hurriedVerifier.turnClock(FIVE_MINUTES)
        const refused = await sendForm(
          at.request.responseUri,
          await answerBody(at.request, world.held, bothNames),
        )
        const { state } = await verificationResult(at.verifierUrl, at.id)
        if (state !== 'expired') throw new Error(`the session is ${String(state)}`)
        return refused
      },
    },
    {
      name: 'a request that is fetched too late',
      ...expired,
      send: async (_, { hurriedVerifier }) => {
        const at = await verificationAt(hurriedVerifier.url)
        await hurriedVerifier.turnClock(FIVE_MINUTES)
        return send(`${hurriedVerifier.url}/openid4vc/request/${at.id}`)
      },
    },
    {
      name: 'a request that is declined too late',
      ...expired,
      send: async (_, { hurriedVerifier }) => {
        const at = await verificationAt(hurriedVerifier.url)
        await hurriedVerifier.turnClock(FIVE_MINUTES)
        return sendForm(at.request.responseUri, { state: at.request.state, error: 'access_denied' })
      },
    },
    {
      name: 'a presentation made before the clock went on',
      status: 400,
      error: 'invalid_request',
      message: /kb_too_old/,
      send: async (_, world) => {
        await world.hurriedVerifier.turnClock(FIVE_MINUTES)
        const at = await verificationAt(world.hurriedVerifier.url)
        return answerOfOldTimes(at, world.held)
      },
    },
  ]),
]

async function answerOfOldTimes({ request }: Awaited<ReturnType<typeof verificationAt>>, held: Held) {
  return sendForm(request.responseUri, await answerBody(request, held, bothNames))
}
