/** A wallet that holds something, and a verifier that asks for it: what the tests of requests share. */
import type { JsonObject } from '@countersign/core/json'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterEach } from 'vitest'
import { useOffer } from '../receive/receive-credential.ts'
import {
  identity,
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing/issuer.testing.ts'
import { newOwner, type TestStore, withAnchors } from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { RequestPreview } from './preview-request.ts'
import { openRequest } from './request-exchange.ts'

const open: (TestIssuer | TestVerifier)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

export const locales = ['en']

interface Ready {
  readonly wallet: Wallet
  readonly owned: OwnedWallet
  readonly issuer: TestIssuer
  readonly verifier: TestVerifier
  opened(wish?: Parameters<TestVerifier['request']>[0]): Promise<RequestPreview>
}

/** A wallet with these credentials, and a verifier that asks for some. */
export async function ready(
  store: TestStore,
  held: readonly string[] = [identity.id],
  options: TestIssuerOptions = {},
): Promise<Ready> {
  const [verifier, issuer] = [await startTestVerifier(), await startTestIssuer(options)]
  open.push(verifier, issuer)
  const wallet = store.instance(withAnchors(verifier.anchors))
  const owned = await newOwner(wallet)
  for (const id of held) {
    const received = await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [id] }) })
    if (!received.ok) throw new Error(received.error.code)
  }
  const opened = async (wish: Parameters<TestVerifier['request']>[0] = {}) => {
    const preview = await openRequest(wallet, owned, verifier.request(wish), locales)
    if (!preview.ok) throw new Error(preview.error.code)
    return preview.value
  }
  return { wallet, owned, issuer, verifier, opened }
}

export const dcql = (
  more: JsonObject,
  format = 'dc+sd-jwt',
  meta: JsonObject = { vct_values: [identity.type] },
) => ({
  credentials: [{ id: 'q', format, meta, ...more }],
})

/** The given name is needed, the birth date is not. */
export const withChoice = dcql({
  claims: [
    { id: 'name', path: ['given_name'] },
    { id: 'birth', path: ['birthdate'] },
  ],
  claim_sets: [['name', 'birth'], ['name']],
})

export const pick = (preview: RequestPreview, optionalClaims: readonly (readonly string[])[] = []) => ({
  id: preview.id,
  locales,
  decision: preview.queries.flatMap(({ queryId, candidates }) =>
    candidates.slice(0, 1).map(({ credentialId }) => ({ queryId, credentialId, optionalClaims })),
  ),
})

export const pathsOf = (claims: readonly { readonly path: readonly unknown[] }[] = []) =>
  claims.map(({ path }) => path)
