/** ISO/IEC 18013-5 mdocs as an entry of the format registry. */

import type { JsonObject } from '@countersign/core/json'
import type { CredentialFormat } from '../contract/format.ts'
import { issueMdoc } from './issue.ts'
import { openMdoc } from './open.ts'
import { presentMdoc } from './present.ts'
import { verifyMdoc } from './verify.ts'

export const mdoc: CredentialFormat = {
  id: 'mso_mdoc',
  family: 'mdoc',
  securedBy: 'mso',
  signerProfile: 'iso-mdl',
  statusList: 'token-cwt',
  bindingMethods: ['cose_key'],
  alwaysBinds: true,
  envelope: () => [],
  // An MSO is meant to be renewed, with the device key that it is bound to.
  defaultLifetimeDays: 30,
  claimsAt: (namespace) => [namespace],
  frame: () => ({}),
  issue: issueMdoc,
  open: openMdoc,
  present: presentMdoc,
  verify: verifyMdoc,
  matchesMeta: matchesDocType,
}

/** OpenID4VP 1.0 appendix B.2.3: `doctype_value` is required. */
function matchesDocType(meta: JsonObject, credential: { readonly type: string }): boolean {
  return meta.doctype_value === credential.type
}
