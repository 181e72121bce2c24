/**
 * The two walks as people take them, through the wallet's API and every balancer: an offer that is looked at and taken up, a
 * request that is looked at and answered. What the wallet asks of issuer and verifier is its own doing.
 */
import { newWalletUser } from '@countersign/testing/client/wallet-api'
import { openTarget, type Send } from './flows.ts'
import { CLAIMS, CREDENTIAL_TYPE, SHOWN } from './holders.ts'
import { memberOf, textMember } from './json-text.ts'

/** Where the services are, behind their balancers. */
export interface Addresses {
  readonly wallet: string
  readonly issuer: string
  readonly verifier: string
}

/** Somebody with a wallet and a connection to each service. */
export interface WalletOwner {
  /** Takes up an offer of a new identity card. */
  receive(): Promise<void>
  /** Answers a request for four details of the first card, and the verifier is asked what came of it. */
  present(): Promise<void>
  close(): void
}

const order = JSON.stringify({
  credentialConfigurationId: 'identity_credential_dc+sd-jwt',
  credentialData: CLAIMS,
})

const question = JSON.stringify({
  dcql_query: {
    credentials: [
      {
        id: 'identity',
        format: 'dc+sd-jwt',
        meta: { vct_values: [CREDENTIAL_TYPE] },
        claims: SHOWN.map((path) => ({ path })),
      },
    ],
  },
})

const json = { accept: 'application/json', 'content-type': 'application/json' }

export async function newWalletOwner(urls: Addresses): Promise<WalletOwner> {
  const { token, wallet } = await newWalletUser(urls.wallet)
  const headers = { ...json, authorization: `Bearer ${token}` }
  const base = `/wallet-api/wallet/${wallet}/exchange`
  const [toWallet, toIssuer, toVerifier] = [urls.wallet, urls.issuer, urls.verifier].map((url) =>
    openTarget([Number(new URL(url).port)], 0),
  )
  if (!toWallet || !toIssuer || !toVerifier) throw new Error('three services are needed')
  const post = async (send: Send, path: string, value: unknown) =>
    (await send({ method: 'POST', path, headers, body: JSON.stringify(value) })).body
  return {
    async receive() {
      const issue = { method: 'POST', path: '/openid4vc/sdjwt/issue', headers: json, body: order } as const
      const offer = textMember((await toIssuer.send(issue)).body, 'url')
      const opened = textMember(await post(toWallet.send, `${base}/offers`, { offer }), 'id')
      expectState(await post(toWallet.send, `${base}/offers/${opened}/use`, {}), 'used')
    },
    async present() {
      const verify = { method: 'POST', path: '/openid4vc/verify', headers: json, body: question } as const
      const made = (await toVerifier.send(verify)).body
      const opened = await post(toWallet.send, `${base}/requests`, { request: textMember(made, 'url') })
      const selections = [{ queryId: 'identity', credentialId: firstCandidate(opened) }]
      const path = `${base}/requests/${textMember(opened, 'id')}/use`
      expectState(await post(toWallet.send, path, { selections }), 'shared')
      const result = `/openid4vc/session/${textMember(made, 'id')}`
      expectState((await toVerifier.send({ method: 'GET', path: result, headers: json })).body, 'verified')
    },
    close() {
      for (const target of [toWallet, toIssuer, toVerifier]) target.close()
    },
  }
}

/** Each owner one flow after another, all of them at once, until `count` flows are done. */
export async function runByOwners(
  owners: readonly WalletOwner[],
  count: number,
  flow: 'receive' | 'present',
): Promise<void> {
  let left = count
  const work = async (owner: WalletOwner) => {
    while (left-- > 0) await owner[flow]()
  }
  await Promise.all(owners.map(work))
}

function firstCandidate(preview: string): string {
  const [query] = listOf(memberOf(JSON.parse(preview), 'queries'))
  const [candidate] = listOf(memberOf(query, 'candidates'))
  return textMember(JSON.stringify(candidate ?? null), 'credentialId')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function expectState(body: string, state: string): void {
  const is = textMember(body, 'state')
  if (is !== state) throw new Error(`${is} instead of ${state}: ${body.slice(0, 500)}`)
}
