/**
 * The path of a public address, for a service that shares its host with others: `https://example.org/issuer`. A proxy may
 * take it off a request or leave it there; the routes are the same.
 */

/** `/issuer`; empty when the address is a host alone. */
export function basePathOf(baseUrl: string): string {
  return new URL(baseUrl).pathname.replace(/\/+$/, '')
}

/** The target of a request line without the path; as it is when it does not begin with it. */
export function withoutBasePath(target: string, basePath: string): string {
  const rest = target.startsWith(basePath) ? target.slice(basePath.length) : undefined
  if (rest === undefined || !/^(?:[/?]|$)/.test(rest)) return target
  return rest.startsWith('/') ? rest : `/${rest}`
}
