/**
 * Formats that OpenID4VCI 1.0 appendix A does not know stand in the metadata of an issuer that names them: a wallet which reads
 * metadata strictly may refuse the whole document for an entry that it cannot read.
 */

/** Appendix A. */
const SPECIFIED: ReadonlySet<string> = new Set([
  'dc+sd-jwt',
  'mso_mdoc',
  'jwt_vc_json',
  'jwt_vc_json-ld',
  'ldp_vc',
])

export interface ExtensionChoice {
  /** What is configured; absent: as the mode has it. */
  readonly named: readonly string[] | undefined
  readonly mode: 'development' | 'production'
}

/** What is issued: in development all that there are, in production what is specified or named. */
export function announcedFormats<Format extends { readonly id: string }>(
  formats: readonly Format[],
  { mode, named }: ExtensionChoice,
): readonly Format[] {
  if (named === undefined && mode === 'development') return formats
  return formats.filter(({ id }) => SPECIFIED.has(id) || named?.includes(id) === true)
}

/** Names that are no extension here. */
export function unknownExtensions(
  formats: readonly { readonly id: string }[],
  named: readonly string[] = [],
): readonly string[] {
  const extensions = extensionsOf(formats)
  return named.filter((name) => !extensions.includes(name))
}

export function extensionsOf(formats: readonly { readonly id: string }[]): readonly string[] {
  return formats.map(({ id }) => id).filter((id) => !SPECIFIED.has(id))
}
