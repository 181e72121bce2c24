/** Where what is told of a format stands, and how credentials of it are asked for. Pure: asked ahead as well. */

/** How credentials of a format are asked for: the end of the issue path, the repository's shelf, the member of the body. */
export interface FormatWays {
  readonly issuePath: 'sdjwt' | 'jwt' | 'mdoc'
  readonly shelf: 'sdjwt-vc' | 'vc' | 'mdoc'
  readonly member: 'credentialData' | 'mdocData'
}

export function waysOf(format: string): FormatWays {
  if (format === 'mso_mdoc') return { issuePath: 'mdoc', shelf: 'mdoc', member: 'mdocData' }
  if (format === 'dc+sd-jwt') return { issuePath: 'sdjwt', shelf: 'sdjwt-vc', member: 'credentialData' }
  return { issuePath: 'jwt', shelf: 'vc', member: 'credentialData' }
}

/** Below the API, what a form of a type in a format is made of: schema, example, and what an issuer fills in, where it fills in anything. */
export function formPaths(name: string, format: string): readonly string[] {
  const at = `${encodeURIComponent(name)}?format=${encodeURIComponent(format)}`
  const { shelf, member } = waysOf(format)
  const mapping = member === 'mdocData' ? [] : [`/repository/api/mapping/${at}`]
  return [`/repository/api/schema/${at}`, `/repository/api/${shelf}/${at}`, ...mapping]
}
