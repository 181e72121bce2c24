/** Reads text members of answers; what is missing stops the run, since a wrong flow must not be measured. */

export function textMember(json: string, name: string): string {
  const value = memberOf(JSON.parse(json), name)
  if (typeof value !== 'string') throw new Error(`no text ${name} in ${json.slice(0, 300)}`)
  return value
}

export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

/** The claims of a compact JWT, unjudged. */
export function jwtClaims(jwt: string): string {
  return Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()
}

/** Services name their public address; here they are reached at a port of their own. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}
