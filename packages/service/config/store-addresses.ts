/**
 * Whether stores can be looked for under an address of the configuration. A password with a slash, a number sign or a percent
 * sign that is not encoded makes another address of it, or none; the address itself is never repeated in what is said.
 */
export const SESSIONS_EXPECTED =
  'must be memory: or redis://USER:PASSWORD@HOST:PORT/NUMBER, with what is no letter and no digit of a password percent-encoded'
export const DATABASE_EXPECTED =
  'must be sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/NAME, with what is no letter and no digit of a password percent-encoded'

export function isSessionsAddress(text: string): boolean {
  if (text === 'memory:') return true
  const url = addressOf(text, /^rediss?:$/)
  return url !== undefined && /^(\/\d{0,5})?$/.test(url.pathname)
}

export function isDatabaseAddress(text: string): boolean {
  return /^sqlite:\S/.test(text) || addressOf(text, /^postgres(ql)?:$/) !== undefined
}

function addressOf(text: string, protocol: RegExp): URL | undefined {
  const url = URL.parse(text)
  if (url === null || !protocol.test(url.protocol) || !/^[a-z]+:\/\/\S+$/.test(text)) return undefined
  try {
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part)
    return url
  } catch {
    return undefined
  }
}
