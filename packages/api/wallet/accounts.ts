/** Accounts and logins of the wallet API, and the wallets of an account. */
import { z } from 'zod'
import { strict } from '../strict.ts'
import { flag, isoTime } from '../values.ts'
import { browserSession } from './passkeys.ts'

const email = z.string().min(3).max(320)
const password = z.string().min(1).max(1000)
const emailLogin = z.literal('email', { error: 'only email is supported' }).default('email')

export const registerRequest = strict({
  type: emailLogin,
  name: z.string().trim().min(1).max(200),
  email,
  password,
}).meta({
  examples: [{ type: 'email', name: 'Ada Example', email: 'ada@example.org', password: 'correct-horse' }],
})

export type RegisterRequest = z.input<typeof registerRequest>

/** The example is the account that a development service announces. */
export const loginRequest = strict({
  type: emailLogin,
  email,
  password,
  session: z
    .enum(['token', 'cookie'])
    .default('token')
    .describe('`cookie`, for pages: the token is in the cookie alone, and the answer has what a page needs'),
}).meta({
  examples: [{ type: 'email', email: 'user@email.com', password: 'password' }],
})

export type LoginRequest = z.input<typeof loginRequest>

export const loginAnswer = z
  .object({
    id: z.string().describe('Of the account'),
    token: z
      .string()
      .optional()
      .describe('Goes with every call: `Authorization: Bearer …`; absent with `session: cookie`'),
    username: z.string().describe('The e-mail address'),
    session: browserSession.optional().describe('Present with `session: cookie`'),
  })
  .meta({
    examples: [
      {
        id: '0b0f1c9e-6f5c-4c86-9d7f-0f9a2f6f1f0e',
        token: 'hP0wA1nIhYvSGKLzQOd0zvLZKz0wZ2v4H1cHcGkq3mE',
        username: 'user@email.com',
      },
    ],
  })

export type LoginAnswer = z.infer<typeof loginAnswer>

export const logoutQuery = strict({ everywhere: flag.describe('End every login of the account') })

export const logoutAnswer = z.strictObject({}).meta({ examples: [{}] })

export type LogoutAnswer = z.infer<typeof logoutAnswer>

export const userInfoAnswer = z
  .object({ id: z.string(), name: z.string(), email: z.string(), createdOn: isoTime })
  .meta({
    examples: [
      {
        id: '0b0f1c9e-6f5c-4c86-9d7f-0f9a2f6f1f0e',
        name: 'Max Mustermann',
        email: 'user@email.com',
        createdOn: '2026-11-29T09:30:00Z',
      },
    ],
  })

export type UserInfoAnswer = z.infer<typeof userInfoAnswer>

/** A caller with a token in a header gets that token; a page gets what goes with its cookie, and never the token in it. */
export const sessionAnswer = z
  .object({
    token: z.object({ accessToken: z.string() }).optional(),
    session: browserSession.optional(),
  })
  .meta({ examples: [{ token: { accessToken: 'hP0wA1nIhYvSGKLzQOd0zvLZKz0wZ2v4H1cHcGkq3mE' } }] })

export type SessionAnswer = z.infer<typeof sessionAnswer>

const listedWallet = z.object({
  id: z.string(),
  name: z.string(),
  createdOn: isoTime,
  addedOn: isoTime,
  permission: z.literal('ADMINISTRATE').describe('An account may do everything in its own wallets'),
})

export const walletsAnswer = z
  .object({ account: z.string().describe('Id of the account'), wallets: z.array(listedWallet) })
  .meta({
    examples: [
      {
        account: '0b0f1c9e-6f5c-4c86-9d7f-0f9a2f6f1f0e',
        wallets: [
          {
            id: '6f0b7a4e-9a0c-4b58-8f0c-1f0d7f3b2a11',
            name: 'Wallet of Max Mustermann',
            createdOn: '2026-11-29T09:30:00Z',
            addedOn: '2026-11-29T09:30:00Z',
            permission: 'ADMINISTRATE',
          },
        ],
      },
    ],
  })

export type WalletsAnswer = z.infer<typeof walletsAnswer>

export const walletId = z.string().min(1).max(100).describe('From GET /wallet-api/wallet/accounts/wallets')

export const walletParams = z.object({ wallet: walletId })

const walletName = z.string().trim().min(1).max(200)

export const walletRequest = strict({ name: walletName }).meta({ examples: [{ name: 'Work' }] })

export type WalletRequest = z.input<typeof walletRequest>

export const walletAnswer = listedWallet.meta({
  examples: [
    {
      id: '6f0b7a4e-9a0c-4b58-8f0c-1f0d7f3b2a11',
      name: 'Work',
      createdOn: '2026-11-29T09:30:00Z',
      addedOn: '2026-11-29T09:30:00Z',
      permission: 'ADMINISTRATE',
    },
  ],
})

export type WalletAnswer = z.infer<typeof walletAnswer>
