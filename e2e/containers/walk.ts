/** A credential's way by the calls of docs/distributed.md, made with curl where the containers are. */
import assert from 'node:assert/strict'
import type { Sandbox } from './sandbox.ts'

export interface Addresses {
  readonly wallet: string
  readonly issuer: string
  readonly verifier: string
}

export interface Answer {
  readonly status: number
  readonly text: string
}

export interface Verification {
  readonly id: string
  readonly url: string
}

export interface Walk {
  /** The wallet gets a credential; answers its id. */
  receive(): Promise<string>
  request(): Promise<Verification>
  present(verification: Verification): Promise<void>
  /** Whether the verifiers say that all is well. */
  isVerified(verification: Verification): Promise<unknown>
}

const IDENTITY = 'identity_credential_dc+sd-jwt'
const QUERY = {
  credentials: [
    {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: ['urn:countersign:identity-credential:1'] },
      claims: [{ path: ['given_name'] }],
    },
  ],
}

/** With `key` for issuer and verifiers, and the account that every wallet of development has. */
export async function walkAt(sandbox: Sandbox, at: Addresses, key: string): Promise<Walk> {
  const ask = async (url: string, token: string, body?: object | string, accept = '*/*') =>
    expectOk(url, await curl(sandbox, url, { authorization: `Bearer ${token}`, accept }, body))
  const account = { type: 'email', email: 'user@email.com', password: 'password' }
  const { token } = JSON.parse(await ask(`${at.wallet}/wallet-api/auth/login`, '', account)) as {
    token: string
  }
  const accounts = JSON.parse(await ask(`${at.wallet}/wallet-api/wallet/accounts/wallets`, token))
  const exchange = `${at.wallet}/wallet-api/wallet/${accounts.wallets[0].id}/exchange`
  return {
    async receive() {
      const credentialData = { given_name: 'Ada', family_name: 'Example' }
      const order = { credentialConfigurationId: IDENTITY, credentialData }
      const offer = await ask(`${at.issuer}/openid4vc/sdjwt/issue`, key, order)
      const [credential] = JSON.parse(await ask(`${exchange}/useOfferRequest`, token, offer))
      return credential.id
    },
    async request() {
      return JSON.parse(
        await ask(`${at.verifier}/openid4vc/verify`, key, { dcql_query: QUERY }, 'application/json'),
      )
    },
    async present({ url }) {
      const presented = await ask(`${exchange}/usePresentationRequest`, token, { presentationRequest: url })
      assert.deepEqual(JSON.parse(presented), { redirectUri: null })
    },
    async isVerified({ id }) {
      return JSON.parse(await ask(`${at.verifier}/openid4vc/session/${id}`, key)).verificationResult
    },
  }
}

function expectOk(url: string, { status, text }: Answer): string {
  assert.ok(status === 200 || status === 201, `${url} answered ${status}: ${text}`)
  return text
}

/** GET, or POST of text or JSON. */
export async function curl(
  sandbox: Sandbox,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body?: object | string,
): Promise<Answer> {
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  const all = {
    ...headers,
    ...(body === undefined ? {} : { 'content-type': type }),
  }
  const printed = await sandbox.run('curl', [
    '--silent',
    '--show-error',
    '--max-time',
    '60',
    '--write-out',
    '\n%{http_code}',
    ...Object.entries(all).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...(body === undefined ? [] : ['--data-binary', typeof body === 'string' ? body : JSON.stringify(body)]),
    url,
  ])
  const end = printed.lastIndexOf('\n')
  return { status: Number(printed.slice(end + 1)), text: printed.slice(0, end) }
}
