/** Where the did:web of the verifier leads to (did:web, "Read (Resolve)"); there is nothing where it has none. */
import { didDocument } from '@countersign/api/verifier/did'
import { basePathOf } from '@countersign/service/http/base-path'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Verifier } from '../verifier.ts'

const TYPE = 'application/did+json'

/** Without a login, and for pages of any site: whoever is asked by this verifier has to find its key. */
export function didRoutes(app: ServiceApp, { baseUrl, didDocument: document }: Verifier): void {
  if (document === undefined) return
  // It changes with the configuration alone.
  const text = JSON.stringify(document)
  const said = { contentType: TYPE, schema: didDocument, example: document }
  app.get(
    basePathOf(baseUrl) === '' ? '/.well-known/did.json' : '/did.json',
    {
      schema: { summary: 'The DID document of this verifier', tags: ['wallet'] },
      config: {
        door: 'wallet',
        limited: false,
        answers: { 200: { description: 'With the key that signs its requests', ...said } },
      },
    },
    async (_, reply) => reply.header('cache-control', 'public, max-age=60').type(TYPE).send(text),
  )
}
