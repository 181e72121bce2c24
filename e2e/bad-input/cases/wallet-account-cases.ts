/** The wallet: who is let in, and whose wallet it is. */
import { randomUUID } from 'node:crypto'
import { expectStatus, postJson } from '@countersign/testing/client/http'
import { type BadInput, chapter } from '../case.ts'
import { loggedIn } from '../logged-in.ts'
import { at, authorization, type Login, register } from '../wallet-login.ts'
import { sendJson } from '../wire.ts'
import type { World } from '../world.ts'

const stranger = {
  status: 401,
  message: /^Log in first/,
  headers: { 'www-authenticate': /^Bearer/ },
} as const
const wrongLogin = { status: 401, message: /^The e-mail address or the password is wrong$/ } as const
const malformed = (message: RegExp) => ({ status: 400, message }) as const

function loginAs(
  name: string,
  refusal: Pick<BadInput<Login>, 'status' | 'message'>,
  body: (login: Login) => unknown,
): BadInput<Login> {
  return {
    name,
    ...refusal,
    send: (login, { wallet }) => sendJson(`${wallet.url}/wallet-api/auth/login`, body(login)),
  }
}

const logins: readonly BadInput<Login>[] = [
  loginAs('a wrong password', wrongLogin, ({ email }) => ({ email, password: 'wrong' })),
  loginAs('an account that there is not: the same answer', wrongLogin, () => ({
    email: 'nobody@example.org',
    password: 'wrong',
  })),
  loginAs('an address that is none: the same answer', wrongLogin, ({ password }) => ({
    email: 'no-address',
    password,
  })),
  loginAs('the password with a space', wrongLogin, ({ email, password }) => ({
    email,
    password: `${password} `,
  })),
  loginAs('the password with NUL', wrongLogin, ({ email, password }) => ({
    email,
    password: `${password}\0`,
  })),
  loginAs('a database query as address', wrongLogin, () => ({
    email: "x'@example.org' OR '1'='1",
    password: 'x',
  })),
  loginAs('no password', malformed(/body\/password/), ({ email }) => ({ email })),
  loginAs('an empty password', malformed(/body\/password/), ({ email }) => ({ email, password: '' })),
  loginAs('a password of 2000 characters', malformed(/body\/password/), ({ email }) => ({
    email,
    password: 'p'.repeat(2000),
  })),
  loginAs('a password that is a condition', malformed(/body\/password/), ({ email }) => ({
    email,
    password: { $ne: '' },
  })),
  loginAs('an address that is a list', malformed(/body\/email/), ({ email, password }) => ({
    email: [email],
    password,
  })),
  loginAs('another type of account', malformed(/body\/type/), ({ email, password }) => ({
    type: 'web3',
    email,
    password,
  })),
]

function registerAs(
  name: string,
  status: number,
  message: RegExp,
  body: (login: Login) => unknown,
): BadInput<Login> {
  return {
    name,
    status,
    message,
    send: (login, { wallet }) => sendJson(`${wallet.url}/wallet-api/auth/register`, body(login)),
  }
}

const registrations: readonly BadInput<Login>[] = [
  registerAs('an address that has an account', 409, /exists already/, ({ email }) => ({
    name: 'Eve',
    email,
    password: 'another-horse',
  })),
  registerAs('an address in capitals that has an account', 409, /exists already/, ({ email }) => ({
    name: 'Eve',
    email: email.toUpperCase(),
    password: 'another-horse',
  })),
  registerAs('no name', 400, /body\/name/, () => ({ email: 'a@example.org', password: 'correct-horse' })),
  registerAs('an address that is none', 400, /e-mail/, () => ({
    name: 'Eve',
    email: 'no-address',
    password: 'correct-horse',
  })),
  registerAs('a password that is too short', 400, /characters/, () => ({
    name: 'Eve',
    email: 'eve@example.org',
    password: 'p',
  })),
  registerAs('a name without end', 400, /body\/name/, () => ({
    name: 'n'.repeat(1000),
    email: 'eve@example.org',
    password: 'correct-horse',
  })),
]

const doors: readonly BadInput<Login>[] = [
  {
    name: 'no token',
    ...stranger,
    send: ({ walletId }, { wallet }) => at(wallet, `wallet/${walletId}/credentials`),
  },
  {
    name: 'a token that nobody gave out',
    ...stranger,
    send: ({ walletId }, { wallet }) =>
      at(wallet, `wallet/${walletId}/credentials`, authorization('A'.repeat(43))),
  },
  {
    name: 'a token that is too long',
    ...stranger,
    send: ({ walletId }, { wallet }) =>
      at(wallet, `wallet/${walletId}/credentials`, authorization('A'.repeat(5000))),
  },
  {
    name: 'a token with a character more',
    ...stranger,
    send: ({ walletId, token }, { wallet }) =>
      at(wallet, `wallet/${walletId}/credentials`, authorization(`${token}A`)),
  },
  {
    name: 'a token under Basic',
    ...stranger,
    send: ({ walletId, token }, { wallet }) =>
      at(wallet, `wallet/${walletId}/credentials`, { authorization: `Basic ${token}` }),
  },
  {
    name: 'a token in the query',
    ...stranger,
    send: ({ walletId, token }, { wallet }) => at(wallet, `wallet/${walletId}/credentials?token=${token}`),
  },
  {
    name: 'a cookie sent for another site',
    ...stranger,
    send: ({ walletId, token }, { wallet }) =>
      at(wallet, `wallet/${walletId}/credentials`, {
        cookie: `login=${token}`,
        'sec-fetch-site': 'same-site',
      }),
  },
  {
    name: 'a token after its logout',
    ...stranger,
    send: async ({ email, password }, { wallet }) => {
      const { token } = (await postJson(`${wallet.url}/wallet-api/auth/login`, { email, password })).json()
      expectStatus(await at(wallet, 'auth/logout', authorization(String(token)), 'POST'), 200)
      return at(wallet, 'auth/user-info', authorization(String(token)))
    },
  },
  {
    name: 'a token of another wallet service',
    ...stranger,
    send: async (_, { wallet, guardedWallet }) =>
      at(wallet, 'auth/user-info', authorization((await register(guardedWallet)).token)),
  },
  {
    name: 'a page of another site',
    status: 403,
    message: /another site/,
    send: ({ token }, { wallet }) =>
      at(wallet, 'auth/user-info', { ...authorization(token), origin: 'https://evil.example' }),
  },
]

const noWallet = { status: 404, message: /^There is no such wallet$/ } as const

function inWallet(
  name: string,
  path: (login: Login, world: World) => Promise<string> | string,
  refusal: Pick<BadInput<Login>, 'status' | 'message'>,
  method = 'GET',
): BadInput<Login> {
  return {
    name,
    ...refusal,
    send: async (login, world) =>
      at(world.wallet, `wallet/${await path(login, world)}`, authorization(login.token), method),
  }
}

const holdings: readonly BadInput<Login>[] = [
  ...['credentials', 'keys', 'dids'].map((shelf) =>
    inWallet(
      `the ${shelf} of another's wallet`,
      async (_, { wallet }) => `${(await register(wallet)).walletId}/${shelf}`,
      noWallet,
    ),
  ),
  inWallet('a wallet that there is not', () => `${randomUUID()}/credentials`, noWallet),
  inWallet('the wallet __proto__', () => '__proto__/credentials', noWallet),
  inWallet('a wallet with NUL', ({ walletId }) => `${walletId}%00/credentials`, noWallet),
  inWallet('a wallet as a query', () => "'%20OR%20'1'='1/credentials", noWallet),
  inWallet('a credential that there is not', ({ walletId }) => `${walletId}/credentials/unknown`, {
    status: 404,
    message: /no such credential/,
  }),
  inWallet(
    'deleting a credential that there is not',
    ({ walletId }) => `${walletId}/credentials/unknown`,
    { status: 404, message: /no such credential/ },
    'DELETE',
  ),
  inWallet(
    'restoring a credential that there is not',
    ({ walletId }) => `${walletId}/credentials/unknown/restore`,
    { status: 404, message: /no such credential/ },
    'POST',
  ),
  inWallet('a key that there is not', ({ walletId }) => `${walletId}/keys/unknown/load`, {
    status: 404,
    message: /no such key/,
  }),
  inWallet('a DID that there is not', ({ walletId }) => `${walletId}/dids/did:web:x`, {
    status: 404,
    message: /no such DID/,
  }),
  inWallet(
    'a DID method that there is not',
    ({ walletId }) => `${walletId}/dids/create/ion`,
    { status: 400, message: /params\/method/ },
    'POST',
  ),
  inWallet(
    'a DID for a key that there is not',
    ({ walletId }) => `${walletId}/dids/create/jwk?keyId=unknown`,
    { status: 404, message: /no such key/ },
    'POST',
  ),
  inWallet(
    'no DID as default',
    ({ walletId }) => `${walletId}/dids/default`,
    { status: 400, message: /did/ },
    'POST',
  ),
  inWallet('a flag that is none', ({ walletId }) => `${walletId}/credentials?showDeleted=maybe`, {
    status: 400,
    message: /showDeleted/,
  }),
]

export const walletAccountChapters = [
  chapter('wallet, login', loggedIn, logins),
  chapter('wallet, registration', loggedIn, registrations),
  chapter('wallet, who is let in', loggedIn, doors),
  chapter('wallet, what it holds', loggedIn, holdings),
]
