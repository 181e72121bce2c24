/** What a relying party may ask for beside credentials, and what a credential in good order does not meet. */
import type { ClaimPath } from '@countersign/credential/contract/format'
import { type Kind, licenceNamespace } from '@countersign/testing/forging/credential-kinds'

/** Arguments that what is shown does not meet. */
export const UNMET_POLICIES: Readonly<
  Record<string, { readonly args: (kind: Kind) => unknown; readonly by: string }>
> = {
  'allowed-issuer': { args: () => 'https://issuer.example', by: 'issuer_not_allowed' },
  'minimum-credentials': { args: () => 2, by: 'missing_1' },
  'maximum-credentials': { args: () => 0, by: 'exceeded_1' },
  vp_required_credentials: {
    args: () => ({ required: [{ credential_type: 'urn:example:ticket' }] }),
    by: 'required_missing',
  },
  schema: { args: () => ({ type: 'object', required: ['ticket'] }), by: 'schema_not_met' },
  regex: { args: (kind) => ({ path: jsonPath(kind.paths[0]), regex: 'Somebody' }), by: 'value_not_matched' },
}

function jsonPath(path: ClaimPath = []): string {
  // A namespace has dots.
  return path.includes(licenceNamespace)
    ? `$['${licenceNamespace}']['${String(path[1])}']`
    : `$.${path.join('.')}`
}

export const PAYMENT = {
  type: 'payment_data',
  credential_ids: ['asked'],
  payment_data: { payee: 'Shop', currency_amount: { currency: 'EUR', value: '23.58' } },
}
