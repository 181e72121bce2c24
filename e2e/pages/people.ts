/** What an issuer, a verifier and the owner of a wallet do beside the pages under test. */
import { randomUUID } from 'node:crypto'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { type PageOptions, type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration, identityType } from '@countersign/testing/client/protocol-wallet'
import { logIn, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import type { TestVerifier } from '@countersign/testing/people/verifier'
import { webWalletLink } from '@countersign/ui/http/wallet-link'
import type { Browser } from 'playwright-core'
import type { Stage } from './stage.ts'

export interface Owner {
  readonly email: string
  readonly password: string
  /** The same wallet, for a script. */
  readonly user: WalletUser
}

export type OwnerPage = WatchedPage & Owner

/** The browsers of a test: all of them are closed when it is over. */
export interface Visits {
  /** Nobody is logged in. */
  stranger(options?: PageOptions): Promise<WatchedPage>
  /** Somebody with a new wallet, who has logged in in this browser. No page is open yet. */
  owner(options?: PageOptions & { readonly browser?: Browser }): Promise<OwnerPage>
  /** With an identity card, or as many as there are lists of claims. */
  ownerWithCard(cards?: readonly Claims[], options?: PageOptions): Promise<OwnerPage>
  closeAll(): Promise<void>
}

export type Claims = Readonly<Record<string, unknown>>

/** `stage`: of the file, once it is there. */
export function visits(stage: () => Stage): Visits {
  const opened: WatchedPage[] = []
  const open = async (browser: Browser, options?: PageOptions) => {
    const watched = await watchedPage(browser, stage().origin, options)
    opened.push(watched)
    return watched
  }
  const owner: Visits['owner'] = async ({ browser = stage().browser, ...options } = {}) => {
    const watched = await open(browser, options)
    return { ...watched, ...(await logInNew(stage(), watched)) }
  }
  return {
    stranger: (options) => open(stage().browser, options),
    owner,
    async ownerWithCard(cards = [ANA], options = {}) {
      const watched = await owner(options)
      for (const claims of cards) await receive(watched.user, await newOffer(stage(), { claims }))
      return watched
    },
    async closeAll() {
      await Promise.all(opened.splice(0).map((one) => one.close()))
    },
  }
}

/** Logs in by a call: the form has tests of its own. The cookie is the one that a page would get. */
async function logInNew(stage: Stage, { context }: WatchedPage): Promise<Owner> {
  const email = `ana-${randomUUID()}@example.org`
  const password = 'correct-horse-battery'
  const account = { type: 'email', name: 'Ana Brandt', email, password }
  const { wallet } = stage.cluster.urls
  expectStatus(await postJson(`${wallet}/wallet-api/auth/register`, account), 201)
  const user = await logIn(wallet, email, password)
  const { hostname } = new URL(stage.origin)
  const kept = { domain: hostname, path: '/wallet-api', httpOnly: true, sameSite: 'Strict' } as const
  await context.addCookies([{ name: 'login', value: user.token, ...kept }])
  // As the page remembers it, which would ask nothing otherwise.
  await context.addInitScript(
    "localStorage.getItem('countersign.wallet') ?? localStorage.setItem('countersign.wallet', '')",
  )
  return { email, password, user }
}

/** A passkey of the device itself, whose owner is there and says yes; it derives secrets (PRF) as well. */
export async function addAuthenticator({ context, page }: WatchedPage): Promise<void> {
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

export const ANA: Claims = {
  given_name: 'Ana Maria',
  family_name: 'Brandt',
  birthdate: '1990-01-01',
  email: 'ana@brandt.example',
}

export interface OfferOrder {
  readonly claims?: Claims
  /** How long it can be taken up. */
  readonly lifetimeSeconds?: number
  readonly txCode?: {
    readonly input_mode: 'numeric' | 'text'
    readonly length: number
    readonly description?: string
  }
  readonly txCodeValue?: string
}

/** Where an offer is made: on the stage, or elsewhere. */
export interface AtIssuer {
  readonly cluster: { readonly urls: { readonly issuer: string } }
}

/** The link of a new offer. */
export async function newOffer(
  stage: AtIssuer,
  { claims = ANA, lifetimeSeconds, ...more }: OfferOrder = {},
): Promise<string> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims, ...more }
  const headers = lifetimeSeconds === undefined ? {} : { sessionTtl: String(lifetimeSeconds) }
  const url = `${stage.cluster.urls.issuer}/openid4vc/sdjwt/issue`
  return expectStatus(await postJson(url, order, headers), 200).text
}

/** Revokes or suspends a credential of the stage's issuer, by its place in a list (Token Status List §6.2). */
export async function setStatus(stage: Stage, credential: string, status: string): Promise<void> {
  const decoded = decodeJws(credential)
  if (!decoded.ok) throw new Error(decoded.error.code)
  const { status_list: place } = decoded.value.payload['status'] as {
    readonly status_list: { readonly uri: string; readonly idx: number }
  }
  const change = { statusListUri: place.uri, statusListIndex: place.idx, status }
  expectStatus(await postJson(`${stage.cluster.urls.issuer}/openid4vc/credentials/status`, change), 200)
}

/** Where a request is made: on the stage, or elsewhere. */
export interface AtVerifier {
  readonly cluster: { readonly urls: { readonly verifier: string } }
}

export interface NewRequest {
  readonly id: string
  readonly url: string
}

export const identityRequest = (claims: readonly string[], sets?: readonly (readonly string[])[]) => ({
  credentials: [
    {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: [identityType] },
      claims: claims.map((name) => ({ id: name, path: [name] })),
      ...(sets !== undefined && { claim_sets: sets }),
    },
  ],
})

/** The link of a new request, and the id of its session. */
export async function newRequest(
  stage: AtVerifier,
  dcqlQuery: object,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<NewRequest> {
  const answer = expectStatus(
    await postJson(
      `${stage.cluster.urls.verifier}/openid4vc/verify`,
      { dcql_query: dcqlQuery, ...more },
      { accept: 'application/json', ...headers },
    ),
    200,
  )
  return answer.json() as unknown as NewRequest
}

export async function verification(
  stage: AtVerifier,
  id: string,
): Promise<Readonly<Record<string, unknown>>> {
  return expectStatus(await call(`${stage.cluster.urls.verifier}/openid4vc/session/${id}`), 200).json()
}

/** Opens a link as somebody does who follows it, and looks at what it is. */
export async function openLink({ page }: WatchedPage, stage: Stage, link: string): Promise<void> {
  await page.goto(webWalletLink(stage.origin, link))
  await pressDecision(page, 'Look at it')
}

/** What the page is about. */
export function headingOf({ page }: WatchedPage): Promise<string | null> {
  return page.getByRole('heading', { level: 1 }).textContent()
}

export async function shows({ page }: WatchedPage, heading: string | RegExp): Promise<void> {
  await page.getByRole('heading', { name: heading }).first().waitFor()
}

/** A decision counts once it was seen for a moment. */
export async function pressDecision(page: WatchedPage['page'], name: string | RegExp): Promise<void> {
  const button = page.getByRole('button', { name })
  await button.waitFor()
  await page.waitForTimeout(600)
  await button.click()
}

/** Names of the claims whose disclosures were in the last answer, as they were posted. */
export async function sentDisclosures({ bodies }: TestVerifier): Promise<readonly string[]> {
  const vpToken = JSON.parse(new URLSearchParams(bodies.at(-1)).get('vp_token') ?? '{}')
  const [presentation = ''] = vpToken.identity
  const opened = await sdJwtVc.open(presentation.slice(0, presentation.lastIndexOf('~') + 1), nodeCrypto)
  if (!opened.ok) throw new Error(opened.error.code)
  const disclosures: string[] = presentation.split('~').slice(1, -1)
  const names = disclosures.map((text): unknown => JSON.parse(Buffer.from(text, 'base64url').toString())[1])
  return names.map(String).toSorted()
}
