/** What ten callers send at once, where it is more than one call with its proofs. */
import { randomUUID } from 'node:crypto'
import { type ClientMethod, writeClient } from '@countersign/protocol/oauth/client-authentication/methods'
import { type AskingPage, openAskingPage, press } from '@countersign/testing/client/browser-authorization'
import { type Answer, call, postJson } from '@countersign/testing/client/http'
import { senderHeaders } from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import type { ClientMeans } from './client-means.ts'
import {
  answered,
  askedInBrowser,
  askToken,
  authorizationCode,
  type Code,
  type Contested,
  collecting,
  credentialCall,
  decideDeferral,
  freshNonce,
  granted,
  headersOf,
  notifying,
  push,
  pushed,
} from './contested.ts'
import { CALLERS, ofCaller, type Send } from './outcomes.ts'

type Decision = Parameters<typeof press>[1]

/** Each decides on a page of his, or all on one. */
export function deciding(pages: readonly AskingPage[], decisionOf: (caller: number) => Decision): Send {
  return (caller) => press(ofCaller(pages, caller), decisionOf(caller))
}

export async function openedIn(issuer: string, browsers: number): Promise<readonly AskingPage[]> {
  const address = await pushed(issuer, (await askedInBrowser(issuer)).form)
  return Promise.all(Array.from({ length: browsers }, () => openAskingPage(address)))
}

/** Each in a browser of its own. */
export async function requestsForOneOffer(issuer: string): Promise<readonly AskingPage[]> {
  const { form } = await askedInBrowser(issuer)
  return Promise.all(CALLERS.map(async () => openAskingPage(await pushed(issuer, form))))
}

/** All push the same; `shown`: how many different proofs of the client there are, all with one challenge where they have any. */
export async function pushing(
  issuer: string,
  means: ClientMeans,
  { method, shown }: { readonly method: ClientMethod; readonly shown: number },
): Promise<Send> {
  const { form } = await askedInBrowser(issuer, means.nameOf(method))
  const { attestation_challenge: challenge } = (await call(`${issuer}/challenge`, { method: 'POST' })).json()
  const clients = await Promise.all(
    Array.from({ length: shown }, () => means.present(method, issuer, String(challenge))),
  )
  const written = clients.map((client) => writeClient(client))
  return (caller) => {
    const client = ofCaller(written, caller)
    return push(issuer, { ...form, ...client.form }, client.headers)
  }
}

/** Of a code that is bound to no key. */
export async function codeFor(
  issuer: string,
  { change = () => ({}), keys }: { change?: (caller: number) => Partial<Code['request']>; keys: boolean },
): Promise<Send> {
  const { request, url } = await authorizationCode(issuer, false)
  const headers = await Promise.all(CALLERS.map(() => senderHeaders(keys ? { dpopKey: newKey() } : {}, url)))
  return (caller) => askToken(issuer, { ...request, ...change(caller) }, ofCaller(headers, caller))
}

/** What it gave has led to a credential. */
export async function usedUp(issuer: string, contested: Contested): Promise<Send> {
  const token = (await answered(contested, 200)).json()
  const whose = { ...contested, accessToken: String(token['access_token']) }
  await answered(await credentialCall(issuer, whose, [newKey()]), 200)
  const headers = await Promise.all(CALLERS.map(() => headersOf(contested)))
  return (caller) => contested.send(ofCaller(headers, caller))
}

export async function differentBatches(issuer: string): Promise<Send> {
  const [whose, nonce] = [await granted(issuer), await freshNonce(issuer)]
  const calls = await Promise.all(
    CALLERS.map(async () => {
      const contested = await credentialCall(issuer, whose, [newKey(), newKey(), newKey()], nonce)
      const headers = await headersOf(contested)
      return () => contested.send(headers)
    }),
  )
  return (caller) => ofCaller(calls, caller)()
}

export async function contradicting(issuer: string): Promise<Send> {
  const { accepted, failed } = await notifying(issuer)
  const headers = await Promise.all(CALLERS.map(() => headersOf(accepted)))
  return (caller) => ofCaller([accepted, failed], caller).send(ofCaller(headers, caller))
}

export async function decidedByAll(issuer: string): Promise<Send> {
  const { sessionId } = await collecting(issuer)
  return (caller) => decideDeferral(issuer, sessionId, ofCaller(['approve', 'refuse'], caller))
}

/** Whoever hears that the call is being done asks again. */
export function underOneKey(issuer: string, bodyOf: (caller: number) => object): Send {
  const headers = { accept: 'application/json', 'idempotency-key': randomUUID() }
  return async function send(caller): Promise<Answer> {
    const answer = await postJson(`${issuer}/openid4vc/sdjwt/issue`, bodyOf(caller), headers)
    return answer.status === 409 ? send(caller) : answer
  }
}
