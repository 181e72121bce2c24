/** A plain question - some details of one credential - as a DCQL query (OpenID4VP 1.0 §6), and what a query asks in words. Pure. */
export interface AskedCredential {
  readonly format: string
  /** What the format calls the type: `vct`, document type. */
  readonly called: string
  readonly claims: readonly (readonly unknown[])[]
}

type JsonObject = Readonly<Record<string, unknown>>

export function dcqlQueryFor({ format, called, claims }: AskedCredential): JsonObject {
  const meta = format === 'mso_mdoc' ? { doctype_value: called } : { vct_values: [called] }
  return { credentials: [{ id: 'credential', format, meta, claims: claims.map((path) => ({ path })) }] }
}

export interface QueryInWords {
  /** What the query calls the types that it asks for. */
  readonly types: readonly string[]
  readonly details: readonly AskedDetail[]
}

export interface AskedDetail {
  readonly format: string
  /** The first type that may have it. */
  readonly called: string
  readonly path: readonly unknown[]
}

/** Of any query, as far as its shape is known: what cannot be read is not said. */
export function inWords(query: unknown): QueryInWords {
  const credentials = credentialsIn(query)
  return {
    types: unique(credentials.flatMap(typesIn)),
    details: credentials.flatMap(detailsIn),
  }
}

export function credentialsIn(query: unknown): readonly unknown[] {
  return listIn(query, 'credentials')
}

export function typesIn(credential: unknown): readonly string[] {
  const meta = memberOf(credential, 'meta')
  const doctype = memberOf(meta, 'doctype_value')
  const values = [...listIn(meta, 'vct_values'), ...listIn(meta, 'type_values').flat()]
  return [doctype, ...values].filter((name) => typeof name === 'string')
}

export function detailsIn(credential: unknown): readonly AskedDetail[] {
  const format = memberOf(credential, 'format')
  const [called = ''] = typesIn(credential)
  return listIn(credential, 'claims').flatMap((claim) => {
    const path = listIn(claim, 'path')
    const isNamed = path.some((part) => typeof part === 'string')
    return isNamed ? [{ format: typeof format === 'string' ? format : '', called, path }] : []
  })
}

export function listIn(value: unknown, name: string): readonly unknown[] {
  const member = memberOf(value, name)
  return Array.isArray(member) ? member : []
}

export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
