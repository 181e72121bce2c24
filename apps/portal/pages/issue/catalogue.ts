/**
 * What can be issued and asked for, as pages need it: types of the repository, and the words for their claims that the issuer
 * publishes with its configurations. Pure but for the calls.
 */
import type { TypeEntry } from '@countersign/api/repository/types'
import { wordsOf } from '@countersign/ui/forms/schema-fields'
import type { Answer, CallOptions } from '@countersign/ui/http/fetch-json'
import { LANGUAGES } from '@countersign/ui/text/languages'
import { language } from '@countersign/ui/text/texts'
import { api } from '../session.ts'

export type { TypeEntry } from '@countersign/api/repository/types'

/** A credential configuration of the issuer (OpenID4VCI 1.0 §12.2.4), as far as it is read here. */
export interface Configuration {
  readonly format: string
  readonly vct?: string
  readonly doctype?: string
  readonly credential_definition?: { readonly type?: readonly string[] }
  readonly credential_metadata?: {
    readonly display?: readonly { readonly name: string; readonly locale?: string }[]
    readonly claims?: readonly {
      readonly path: readonly (string | number | null)[]
      readonly display?: readonly { readonly name: string; readonly locale?: string }[]
    }[]
  }
}

export interface IssuerMetadata {
  readonly display?: readonly { readonly name: string; readonly locale?: string }[]
  readonly credential_configurations_supported: Readonly<Record<string, Configuration>>
}

export function loadTypes(): Promise<Answer<readonly TypeEntry[]>> {
  return api.get<readonly TypeEntry[]>('/repository/api/types')
}

export function loadMetadata(options?: CallOptions): Promise<Answer<IssuerMetadata>> {
  return api.get<IssuerMetadata>('/issuer/.well-known/openid-credential-issuer', options)
}

/** Members that lead to the claims in what an issue call takes. */
export function claimsAt(type: TypeEntry, format: string): readonly string[] {
  if (format === 'mso_mdoc') return [type.namespace ?? type.id]
  return format === 'dc+sd-jwt' ? [] : ['credentialSubject']
}

/** The issuer's configuration for a type in a format, by what the format calls the type. */
export function configurationOf(
  metadata: IssuerMetadata,
  format: string,
  called: string,
): { readonly id: string; readonly configuration: Configuration } | undefined {
  const found = Object.entries(metadata.credential_configurations_supported).find(
    ([, one]) => one.format === format && namesOf(one).includes(called),
  )
  return found && { id: found[0], configuration: found[1] }
}

function namesOf({ credential_definition, doctype, vct }: Configuration): readonly string[] {
  return [vct, doctype, ...(credential_definition?.type ?? [])].filter((name) => name !== undefined)
}

/** A type by the name that a query has for it; the name itself where nobody knows it. */
export function titleOf(metadata: IssuerMetadata | undefined, called: string): string {
  const known = Object.values(metadata?.credential_configurations_supported ?? {}).find((one) =>
    namesOf(one).includes(called),
  )
  return shownName(known?.credential_metadata?.display) ?? called
}

/** In the language of the page, else the first. */
export function shownName(
  display: readonly { readonly name: string; readonly locale?: string }[] | undefined,
): string | undefined {
  const tag = LANGUAGES[language()].format ?? language()
  const fits = display?.find(({ locale }) => locale?.toLowerCase().split('-')[0] === tag)
  return (fits ?? display?.[0])?.name
}

/** The words for details that a query asks for, each once. */
export function detailLabels(
  metadata: IssuerMetadata | undefined,
  details: readonly { readonly format: string; readonly called: string; readonly path: readonly unknown[] }[],
): readonly string[] {
  const labels = details.map(({ called, format, path }) => {
    const known = metadata && configurationOf(metadata, format, called)
    return claimLabel(known?.configuration, path)
  })
  return [...new Set(labels)]
}

export function claimsKnownBy({ credential_metadata }: Configuration): readonly (readonly unknown[])[] {
  return credential_metadata?.claims?.map(({ path }) => path) ?? []
}

/** The label of a claim by its path. */
export function claimLabel(configuration: Configuration | undefined, path: readonly unknown[]): string {
  const found = configuration?.credential_metadata?.claims?.find((claim) => isSamePath(claim.path, path))
  const last = path.findLast((part) => typeof part === 'string')
  return shownName(found?.display) ?? wordsOf(typeof last === 'string' ? last : '')
}

/** The same among labels of other places: `Address: Town`. Entries of a list have the label of the list. */
export function placedLabel(configuration: Configuration | undefined, path: readonly unknown[]): string {
  const above = path.findLastIndex((part, at) => typeof part === 'string' && at < path.length - 1)
  const own = claimLabel(configuration, path)
  const isMember = above >= 0 && typeof path.at(-1) === 'string'
  return isMember ? `${claimLabel(configuration, path.slice(0, above + 1))}: ${own}` : own
}

function isSamePath(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((part, at) => part === others[at])
}
