/** What an issuer, a verifier and the owner of a wallet do beside the pages under test. */
import { randomUUID } from 'node:crypto'
import { type PageOptions, type WatchedPage, watchedPage } from '@countersign/testing/browser/watched-page'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration, identityType } from '@countersign/testing/client/protocol-wallet'
import { webWalletLink } from '@countersign/ui/http/wallet-link'
import type { Stage } from './stage.ts'

export interface Owner {
  readonly email: string
  readonly password: string
}

/** A page whose owner has a new wallet and has just logged in. */
export async function ownerPage(stage: Stage, options?: PageOptions): Promise<WatchedPage & Owner> {
  const owner = { email: `ana-${randomUUID()}@example.org`, password: 'correct-horse-battery' }
  const account = { type: 'email', name: 'Ana Brandt', ...owner }
  expectStatus(await postJson(`${stage.cluster.urls.wallet}/wallet-api/auth/register`, account), 201)
  const watched = await watchedPage(stage.browser, stage.origin, options)
  const { page } = watched
  await page.goto('/')
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  // A machine that has too much to do says so; its owner tries again.
  const isIn = page.getByRole('heading', { name: 'Your first card goes here' })
  const isRefused = page.getByRole('alert')
  do {
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await isIn.or(isRefused).first().waitFor()
  } while (await isRefused.isVisible())
  return { ...watched, ...owner }
}

export interface OfferOrder {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly txCode?: {
    readonly input_mode: 'numeric' | 'text'
    readonly length: number
    readonly description?: string
  }
  readonly txCodeValue?: string
}

/** The link of a new offer. */
export async function newOffer(stage: Stage, { claims, ...more }: OfferOrder = {}): Promise<string> {
  const credentialData = claims ?? {
    given_name: 'Ana Maria',
    family_name: 'Brandt',
    birthdate: '1990-01-01',
    email: 'ana@brandt.example',
  }
  const order = { credentialConfigurationId: identityConfiguration, credentialData, ...more }
  return expectStatus(await postJson(`${stage.cluster.urls.issuer}/openid4vc/sdjwt/issue`, order), 200).text
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
): Promise<NewRequest> {
  const answer = expectStatus(
    await postJson(
      `${stage.cluster.urls.verifier}/openid4vc/verify`,
      { dcql_query: dcqlQuery, ...more },
      { accept: 'application/json' },
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

/** A decision counts once it was seen for a moment. */
export async function pressDecision(page: WatchedPage['page'], name: string | RegExp): Promise<void> {
  const button = page.getByRole('button', { name })
  await button.waitFor()
  await page.waitForTimeout(600)
  await button.click()
}
