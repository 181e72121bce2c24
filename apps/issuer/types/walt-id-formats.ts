/**
 * walt.id's words for formats, as scripts of the field speak them to an issuer: ends of paths, and names of credential
 * configurations. A table by family, and the exceptions; a format of ours that walt.id never heard of follows its family.
 */

import type { FormatFacts, FormatFamily } from '@countersign/credential/contract/format-facts'
import type { FormatId } from '@countersign/credential/contract/format-id'

interface FormatWords {
  /** Of `/openid4vc/{path}/issue`. The configuration that a call names decides the format, whichever path it takes. */
  readonly issuePath: 'sdjwt' | 'jwt' | 'mdoc'
  /** With its article, for people. */
  readonly credential: string
  /** Id of the configuration in which a type is issued. `type`: what the format calls it. */
  configurationId(shortName: string, type: string, format: FormatId): string
}

const WORDS: Readonly<Record<FormatFamily, FormatWords>> = {
  'sd-jwt-vc': {
    issuePath: 'sdjwt',
    credential: 'an SD-JWT VC',
    configurationId: (shortName, _type, format) => `${shortName}_${format}`,
  },
  w3c: {
    issuePath: 'jwt',
    credential: 'a W3C credential',
    configurationId: (_shortName, type, format) => `${type}_${format}`,
  },
  mdoc: {
    issuePath: 'mdoc',
    credential: 'an ISO mdoc',
    configurationId: (_shortName, type) => type,
  },
}

export const ISSUE_PATHS = Object.values(WORDS).map(({ credential, issuePath }) => ({
  credential,
  issuePath,
}))

/** The format whose configurations have the bare short name of the type as their scope. */
const PLAIN_SCOPE: FormatId = 'dc+sd-jwt'

export function configurationNames(
  { family, id: format }: FormatFacts,
  { shortName, type }: { readonly shortName: string; readonly type: string },
): { readonly id: string; readonly scope: string } {
  return {
    id: WORDS[family].configurationId(shortName, type, format),
    scope: format === PLAIN_SCOPE ? shortName : `${shortName}:${format}`,
  }
}

/** walt.id's ids of SD-JWT VCs have the identifier that the format had then. */
export function currentConfigurationId(id: string): string {
  return id.replace(/_vc\+sd-jwt$/, '_dc+sd-jwt')
}
