/**
 * The wallet's API on a port of its own, and people with accounts who call it. An answer that its operation does not
 * describe in the OpenAPI document fails the test that asked.
 */
import { randomUUID } from 'node:crypto'
import { createHttpService } from '@countersign/service/http/http-service'
import { walletApi } from '../http/routes.ts'
import type { Wallet } from '../wallet.ts'
import { type ApiDocument, faultOfAnswer, operationOf } from './api-document.testing.ts'

export const password = 'correct-horse'

export type Ask = (
  method: string,
  path: string,
  more?: RequestInit,
) => Promise<{ status: number; text: string; json: <T = unknown>() => T; headers: Headers }>

export interface Person {
  readonly headers: Record<string, string>
  readonly token: string
  /** Path of the wallet. */
  readonly wallet: string
}

export interface TestApi {
  readonly ask: Ask
  readonly document: ApiDocument
  /** Somebody new. */
  person(): Promise<Person>
  close(): Promise<void>
}

export async function startApi(wallet: Wallet): Promise<TestApi> {
  const settings = {
    service: 'wallet',
    mode: 'development' as const,
    webHost: '127.0.0.1',
    webPort: 0,
    baseUrl: 'http://localhost:7001',
    instance: 'wallet-1',
    trustedProxies: [],
    logLevel: 'silent' as const,
    features: ['openapi'],
  }
  const service = await createHttpService({
    title: 'Wallet',
    description: '',
    config: settings,
    routes: walletApi(wallet, settings),
    checks: [],
  })
  const { port } = await service.listen()
  const document = (await (await fetch(`http://localhost:${port}/api.json`)).json()) as ApiDocument
  const ask: Ask = async (method, path, more = {}) => {
    const response = await fetch(`http://localhost:${port}${path}`, { method, ...more })
    const text = await response.text()
    const answer = { status: response.status, contentType: response.headers.get('content-type') ?? '', text }
    const operation = operationOf(document, method, path)
    const fault = operation && faultOfAnswer(operation, answer)
    if (fault !== undefined) throw new Error(`${method} ${path}: ${fault}`)
    return { status: response.status, text, json: () => JSON.parse(text), headers: response.headers }
  }
  return { ask, document, person: () => newPerson(ask), close: () => service.close() }
}

export interface TextBody {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function json(body: unknown): TextBody {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

async function newPerson(ask: Ask): Promise<Person> {
  const email = `person-${randomUUID()}@example.org`
  await ask('POST', '/wallet-api/auth/register', json({ type: 'email', name: 'Ada', email, password }))
  const entered = await ask('POST', '/wallet-api/auth/login', json({ type: 'email', email, password }))
  const { token } = entered.json<{ token: string }>()
  const headers = { authorization: `Bearer ${token}` }
  const listed = await ask('GET', '/wallet-api/wallet/accounts/wallets', { headers })
  const { wallets } = listed.json<{ wallets: { id: string }[] }>()
  return { headers, token, wallet: `/wallet-api/wallet/${wallets[0]?.id}` }
}
