/**
 * A call of the management APIs as somebody types it. Where the service is and which key it wants stand in variables, under the
 * names that the portal's own settings have: a page knows no key. Pure.
 */
export interface ServiceCall {
  readonly service: 'issuer' | 'verifier'
  readonly path: string
  /** Sent as JSON by POST; absent: a GET. */
  readonly body?: unknown
}

export function curlCommand({ service, path, body }: ServiceCall): string {
  const variable = `COUNTERSIGN_${service.toUpperCase()}`
  const sent =
    body === undefined ? [] : [`-H 'content-type: application/json'`, `-d ${quoted(plainJson(body))}`]
  return [
    `curl "$${variable}_URL"${quoted(path)}`,
    `-H "x-api-key: $${variable}_API_KEY"`,
    `-H 'accept: application/json'`,
    ...sent,
  ].join(' \\\n  ')
}

/** Nothing in it means anything to a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** What would turn or hide a part of the line in a terminal is written as an escape, which says the same. */
function plainJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)
}

function escaped(letter: string): string {
  const units = letter.split('')
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}
