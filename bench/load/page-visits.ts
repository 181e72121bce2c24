/**
 * What is visited and pressed on the pages of wallet and portal: each page that somebody may come to first, and on it what people
 * do there. What a page is about - an offer, a request, its answer - is made beside it, by the services' own APIs.
 */
import { randomUUID } from 'node:crypto'
import type { Cluster } from '@countersign/countersign/cluster/start-cluster'
import { watchedPage } from '@countersign/testing/browser/watched-page'
import { claims, identityQuery, issue, verify } from '@countersign/testing/client/flows'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration, identityType } from '@countersign/testing/client/protocol-wallet'
import { heldBy, logIn, openedAt, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import { webWalletLink } from '@countersign/ui/http/wallet-link'
import type { Browser, Page } from 'playwright-core'
import { type Act, press, type Storage, type Visit, type Visitor } from '../measure/cold-visit.ts'

export interface VisitedPage extends Visitor {
  readonly what: string
  /** Made anew for each visit: offers and answers are used up by one. */
  visit(): Promise<Visit>
}

export interface PagesOf {
  readonly origin: string
  readonly pages: readonly VisitedPage[]
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

/** Presses a button, link or the like by its name, and waits for the heading that it leads to. */
function pressed(name: string | RegExp, next?: string | RegExp, role: 'button' | 'link' = 'button'): Act {
  return {
    name: `press “${String(name)}”`,
    async run(page) {
      await press(page, page.getByRole(role, { name }).first())
      if (next !== undefined) await heading(page, next).waitFor()
    },
  }
}

function ticked(label: string): Act {
  return { name: `tick “${label}”`, run: (page) => press(page, page.locator('label', { hasText: label })) }
}

function typed(label: string, text: string): Act {
  return {
    name: `type into “${label}”`,
    async run(page) {
      await page.getByLabel(label).first().focus()
      await page.keyboard.type(text, { delay: 60 })
    },
  }
}

const opened: Act = {
  name: 'open the technical details',
  run: (page) => press(page, page.locator('main summary').last()),
}

/** Decisions count once they were seen for half a second. */
function decided(name: RegExp, next: string | RegExp): Act {
  const act = pressed(name, next)
  return {
    name: act.name,
    async run(page) {
      await page.getByRole('button', { name }).waitFor()
      await page.waitForTimeout(600)
      await act.run(page)
    },
  }
}

const MANY_CARDS = 12

export async function walletPages(cluster: Cluster, browser: Browser): Promise<PagesOf> {
  const { urls } = cluster
  const origin = urls['web-wallet']
  const one = await ownerWithCards(cluster, browser, 1)
  const many = await ownerWithCards(cluster, browser, MANY_CARDS)
  const receiver = await ownerWithCards(cluster, browser, 0)
  const pages: readonly VisitedPage[] = [
    {
      what: 'first page',
      visit: async () => ({
        path: '/',
        ready: (page) => heading(page, 'Your wallet'),
        acts: [
          pressed('I have no wallet yet'),
          typed('Your name', 'Ana'),
          pressed('Deutsch', 'Ihre Brieftasche'),
        ],
      }),
    },
    {
      what: `${MANY_CARDS} cards`,
      storage: many.storage,
      visit: async () => ({
        path: '/',
        ready: (page) => page.getByText(`${MANY_CARDS} cards.`),
        acts: [typed('Search your cards', 'identity'), pressed('Scan a code', 'Scan a code', 'link')],
      }),
    },
    {
      what: `${MANY_CARDS} cards, once more`,
      storage: many.storage,
      comesBack: true,
      visit: async () => ({ path: '/', ready: (page) => page.getByText(`${MANY_CARDS} cards.`) }),
    },
    {
      what: 'one card',
      storage: one.storage,
      visit: async () => ({
        path: `/cards/${(await heldBy(one.user))[0]?.id}`,
        ready: (page) => page.getByText(/in this wallet since/),
        acts: [opened],
      }),
    },
    {
      what: 'link to a request',
      storage: one.storage,
      visit: async () => ({
        path: new URL(webWalletLink(origin, await requestWithChoice(urls.verifier))).href.slice(
          origin.length,
        ),
        ready: (page) => heading(page, 'Somebody sent you here'),
        acts: [
          pressed('Look at it', /^Share/),
          { name: 'tick a choice', run: (page) => press(page, page.locator('label.pick')) },
          opened,
          decided(/^Share /, /^Shared with/),
        ],
      }),
    },
    {
      what: 'consent',
      storage: one.storage,
      visit: async () => ({
        path: `/requests/${await openedAt(one.user, 'requests', { request: await requestWithChoice(urls.verifier) })}`,
        ready: (page) => heading(page, /^Share/),
      }),
    },
    {
      what: 'offer',
      storage: receiver.storage,
      visit: async () => ({
        path: `/offers/${await openedAt(receiver.user, 'offers', { offer: await newOffer(urls.issuer) })}`,
        ready: (page) => heading(page, /^Add/),
        acts: [decided(/^Add /, 'It is in your wallet')],
      }),
    },
  ]
  return { origin, pages }
}

export async function portalPages({ urls }: Cluster): Promise<PagesOf> {
  const held = await issue(urls.issuer)
  const pages: readonly VisitedPage[] = [
    {
      what: 'first page',
      visit: async () => ({
        path: '/',
        ready: (page) => heading(page, 'What do you want to do?'),
        acts: [pressed(/Issue a credential/, 'Which credential?', 'link')],
      }),
    },
    {
      what: 'types',
      visit: async () => ({
        path: '/issue',
        ready: (page) => heading(page, 'Which credential?'),
        acts: [typed('Search', 'degree')],
      }),
    },
    {
      what: 'form of an offer',
      visit: async () => ({
        path: '/issue/IdentityCredential',
        ready: (page) => page.getByRole('button', { name: 'Make the offer' }),
        acts: [
          typed('Given name', 'Bo'),
          pressed('JSON'),
          pressed('Form'),
          pressed('Make the offer', /^Scan to add/),
        ],
      }),
    },
    {
      what: 'question',
      visit: async () => ({
        path: '/verify',
        ready: (page) => heading(page, 'What do you need?'),
        acts: [
          {
            name: 'choose a credential',
            run: async (page) => {
              await page.getByLabel('From which credential').selectOption({ value: identityConfiguration })
            },
          },
          ticked('Given name'),
          ticked('Family name'),
          pressed('Make the request', /^Scan to show/),
        ],
      }),
    },
    {
      what: 'request that waits',
      visit: async () => ({
        path: `/verify/${(await newRequest(urls.verifier, identityQuery)).id}`,
        ready: (page) => page.locator('.status', { hasText: 'Waiting for a wallet to open the request.' }),
        acts: [pressed('Get a new code', /^Scan to show/)],
      }),
    },
    {
      what: 'result',
      visit: async () => ({
        path: `/verify/${(await verify(urls.verifier, held)).id}/result`,
        ready: (page) => page.locator('.outcome[data-tone="ok"]'),
        acts: [opened],
      }),
    },
  ]
  return { origin: urls.portal, pages }
}

interface OwnerWithCards {
  readonly user: WalletUser
  readonly storage: Storage
}

async function ownerWithCards({ urls }: Cluster, browser: Browser, cards: number): Promise<OwnerWithCards> {
  const account = {
    type: 'email',
    email: `ana-${randomUUID()}@example.org`,
    password: 'correct-horse-battery',
  }
  const wanted = { ...account, name: 'Ana Brandt' }
  expectStatus(await postJson(`${urls.wallet}/wallet-api/auth/register`, wanted), 201)
  const user = await logIn(urls.wallet, account.email, account.password)
  for (let made = 0; made < cards; made++) await receive(user, await newOffer(urls.issuer))
  const { close, context, page } = await watchedPage(browser, urls['web-wallet'])
  await page.goto('/')
  await page.getByLabel('E-mail').fill(account.email)
  await page.getByLabel('Password', { exact: true }).fill(account.password)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await heading(page, 'Your cards').waitFor()
  const storage = await context.storageState()
  await close()
  return { user, storage }
}

async function newOffer(issuerUrl: string): Promise<string> {
  const order = {
    credentialConfigurationId: identityConfiguration,
    credentialData: { ...claims, email: 'ada@example.org' },
  }
  return expectStatus(await postJson(`${issuerUrl}/openid4vc/sdjwt/issue`, order), 200).text
}

interface MadeRequest {
  readonly id: string
  readonly url: string
}

async function newRequest(verifierUrl: string, query: object): Promise<MadeRequest> {
  const body = { dcql_query: query }
  const made = await postJson(`${verifierUrl}/openid4vc/verify`, body, { accept: 'application/json' })
  return expectStatus(made, 200).json() as unknown as MadeRequest
}

/** Two details that are needed, and one that may be left out. */
async function requestWithChoice(verifierUrl: string): Promise<string> {
  const names = ['given_name', 'family_name', 'email']
  const query = {
    id: 'identity',
    format: 'dc+sd-jwt',
    meta: { vct_values: [identityType] },
    claims: names.map((name) => ({ id: name, path: [name] })),
    claim_sets: [names, names.slice(0, 2)],
  }
  return (await newRequest(verifierUrl, { credentials: [query] })).url
}
