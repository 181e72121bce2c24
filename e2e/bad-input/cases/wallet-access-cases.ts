/** The wallet: ways into an account, what is for good, and what a wallet remembers. */
import { expectStatus } from '@countersign/testing/client/http'
import { type BadInput, chapter, type Refusal } from '../case.ts'
import { loggedIn } from '../logged-in.ts'
import { at, authorization, type Login, register } from '../wallet-login.ts'
import { send, sendJson, type TimedAnswer } from '../wire.ts'
import type { World } from '../world.ts'

type Method = 'POST' | 'PUT' | 'DELETE'

function asOwner(
  { wallet }: World,
  { token }: Login,
  method: Method,
  path: string,
  body: unknown,
): Promise<TimedAnswer> {
  const headers = { ...authorization(token), 'content-type': 'application/json' }
  return send(`${wallet.url}/wallet-api/${path}`, { method, headers, body: JSON.stringify(body) })
}

function own(name: string, refusal: Refusal, method: Method, path: string, body: unknown): BadInput<Login> {
  return {
    name,
    ...refusal,
    send: (login, world) => asOwner(world, login, method, path.replace('WALLET', login.walletId), body),
  }
}

const wrong = { status: 403, message: /confirmation does not count/ } as const
const malformed = (message: RegExp) => ({ status: 400, message }) as const

const confirmations: readonly BadInput<Login>[] = [
  ...(
    [
      ['PUT', 'auth/password', { password: 'new-correct-horse' }],
      ['POST', 'auth/recovery-codes', {}],
      ['POST', 'auth/delete-account', {}],
      ['POST', 'wallet/accounts/wallets/WALLET/delete', {}],
      ['POST', 'wallet/WALLET/export', {}],
    ] as const
  ).flatMap(([method, path, body]) => [
    own(`${path}: a wrong password`, wrong, method, path, { ...body, confirmation: { password: 'wrong' } }),
    own(`${path}: a recovery code of nobody`, wrong, method, path, {
      ...body,
      confirmation: { recoveryCode: 'AAAA-AAAA-AAAA-AAAA' },
    }),
    own(`${path}: a ceremony of nobody`, malformed(/expired or is not of this wallet/), method, path, {
      ...body,
      confirmation: { ceremony: 'v1.AAAA', credential: { id: 'x' } },
    }),
    own(`${path}: two confirmations in one`, malformed(/is not known here/), method, path, {
      ...body,
      confirmation: { password: 'correct-horse', recoveryCode: 'AAAA' },
    }),
    own(`${path}: a confirmation that is a condition`, malformed(/confirmation/), method, path, {
      ...body,
      confirmation: { password: { $ne: '' } },
    }),
    own(`${path}: true in its place`, malformed(/confirmation/), method, path, {
      ...body,
      confirmation: true,
    }),
  ]),
  own('deleting an account without a word', malformed(/confirmation/), 'POST', 'auth/delete-account', {}),
  own(
    'deleting the last wallet',
    { status: 409, message: /only wallet/ },
    'POST',
    'wallet/accounts/wallets/WALLET/delete',
    {
      confirmation: { password: 'correct-horse' },
    },
  ),
  own('a new password of one character', malformed(/characters/), 'PUT', 'auth/password', { password: 'p' }),
  own('a new password of 2000 characters', malformed(/body\/password/), 'PUT', 'auth/password', {
    password: 'p'.repeat(2000),
  }),
  {
    name: 'deleting the wallet of somebody else',
    status: 404,
    message: /^There is no such wallet$/,
    send: async (login, world) => {
      const { walletId } = await register(world.wallet)
      const path = `wallet/accounts/wallets/${walletId}/delete`
      return asOwner(world, login, 'POST', path, { confirmation: { password: login.password } })
    },
  },
]

function entering(name: string, path: string, refusal: Refusal, body: unknown): BadInput<Login> {
  return {
    name,
    ...refusal,
    send: (_, { wallet }) => sendJson(`${wallet.url}/wallet-api/auth/${path}`, body),
  }
}

const wrongCode = { status: 401, message: /^This recovery code is wrong, or was used already$/ } as const
const noLink = { status: 404, message: /^This link was used already/ } as const
const link = 'A'.repeat(43)

const waysIn: readonly BadInput<Login>[] = [
  entering('a recovery code of nobody', 'recovery-codes/login', wrongCode, { code: 'AAAA-AAAA-AAAA-AAAA' }),
  entering('a recovery code that is none', 'recovery-codes/login', wrongCode, { code: "' OR '1'='1" }),
  entering('a recovery code with NUL', 'recovery-codes/login', wrongCode, { code: 'AAAA\0' }),
  entering('no recovery code', 'recovery-codes/login', malformed(/body\/code/), {}),
  entering('a recovery code without end', 'recovery-codes/login', malformed(/body\/code/), {
    code: 'A'.repeat(5000),
  }),
  {
    name: 'a recovery code for the second time',
    ...wrongCode,
    send: async (login, world) => {
      const made = await asOwner(world, login, 'POST', 'auth/recovery-codes', {})
      const { recoveryCodes } = expectStatus(made, 201).json() as { recoveryCodes: string[] }
      const url = `${world.wallet.url}/wallet-api/auth/recovery-codes/login`
      expectStatus(await sendJson(url, { code: recoveryCodes[0] }), 200)
      return sendJson(url, { code: recoveryCodes[0] })
    },
  },
  ...['reset', 'reset/options'].flatMap((path) => [
    entering(`${path}: a link of nobody`, path, noLink, {
      link,
      ...(path === 'reset' && { means: { password: 'correct-horse' } }),
    }),
    entering(`${path}: half a link`, path, malformed(/link/), { link: 'A'.repeat(20) }),
    entering(`${path}: no link`, path, malformed(/link/), {}),
  ]),
  entering('a link with two ways in', 'reset', malformed(/is not known here/), {
    link,
    means: { password: 'correct-horse', ceremony: 'x', credential: {}, more: 1 },
  }),
]

function reading(name: string, path: string, refusal: Refusal): BadInput<Login> {
  return {
    name,
    ...refusal,
    send: ({ token, walletId }, { wallet }) =>
      at(wallet, path.replace('WALLET', walletId), authorization(token)),
  }
}

const history = 'wallet/WALLET/eventlog'
const noEntry = { status: 404, message: /^There is no such entry$/ } as const

const shelves: readonly BadInput<Login>[] = [
  reading('an entry that there is not', `${history}/none`, noEntry),
  reading('an entry as a query', `${history}/'%20OR%20'1'='1`, noEntry),
  reading('a page after nowhere', `${history}?startingAfter=AAAA`, malformed(/startingAfter/)),
  reading('a page after an offset of the field', `${history}?startingAfter=10`, malformed(/startingAfter/)),
  reading('a page of a million', `${history}?limit=1000000`, malformed(/limit/)),
  reading('a page of none', `${history}?limit=0`, malformed(/limit/)),
  reading('a filter by something else', `${history}?filter=tenant%3Dx`, malformed(/filter/)),
  reading('a filter without a value', `${history}?filter=action`, malformed(/filter/)),
  reading('an order by something else', `${history}?sortBy=data`, malformed(/sortBy/)),
  reading('logins after nowhere', 'auth/logins?startingAfter=AAAA', malformed(/startingAfter/)),
  reading('the categories of a credential that there is not', 'wallet/WALLET/credentials/none/category', {
    status: 404,
    message: /^There is no such credential$/,
  }),
  own(
    'a login that there is not',
    { status: 404, message: /no such log-in/ },
    'DELETE',
    'auth/logins/none',
    {},
  ),
  own('deleting an entry that there is not', noEntry, 'DELETE', `${history}/none`, {}),
  own(
    'a category of 200 characters',
    malformed(/params\/name/),
    'POST',
    `wallet/WALLET/categories/${'c'.repeat(200)}/add`,
    {},
  ),
  own('a blank category', malformed(/params\/name/), 'POST', 'wallet/WALLET/categories/%20/add', {}),
  own(
    'deleting a category that there is not',
    { status: 404, message: /no such category/ },
    'DELETE',
    'wallet/WALLET/categories/none',
    {},
  ),
  own(
    'renaming a category that there is not',
    { status: 404, message: /no such category/ },
    'PUT',
    'wallet/WALLET/categories/none/rename/some',
    {},
  ),
  own(
    'a credential that there is not into a category',
    { status: 404, message: /no such credential/ },
    'PUT',
    'wallet/WALLET/credentials/none/category',
    ['Travel'],
  ),
  own(
    'a credential into no category',
    malformed(/body/),
    'PUT',
    'wallet/WALLET/credentials/none/category',
    [],
  ),
  own('a credential into an object', malformed(/body/), 'PUT', 'wallet/WALLET/credentials/none/category', {
    name: 'Travel',
  }),
  own('settings that are a list', malformed(/settings/), 'POST', 'wallet/WALLET/settings', { settings: [] }),
  own('settings of 60 kB', malformed(/too large/), 'POST', 'wallet/WALLET/settings', {
    settings: { a: 'x'.repeat(60_000) },
  }),
  own('settings beside others', malformed(/is not known here/), 'POST', 'wallet/WALLET/settings', {
    settings: {},
    theme: 'dark',
  }),
  own('a wallet without a name', malformed(/body\/name/), 'POST', 'wallet/accounts/wallets', {}),
  own('a wallet with a blank name', malformed(/body\/name/), 'PUT', 'wallet/accounts/wallets/WALLET', {
    name: '  ',
  }),
]

export const walletAccessChapters = [
  chapter('wallet, confirmations', loggedIn, confirmations),
  chapter('wallet, other ways in', loggedIn, waysIn),
  chapter('wallet, what it remembers', loggedIn, shelves),
]
