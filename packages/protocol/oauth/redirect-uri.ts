/**
 * Where a browser is sent back to (RFC 6749 §3.1.2, RFC 8252 §7): an https address, a scheme that an app claimed, or this machine.
 * Never an address that a browser runs or shows by itself.
 */
import { boundedText } from './message-values.ts'

const MAX_LENGTH = 2048

/** What a browser takes for a page, a script or a file of its own, or opens without asking anybody. */
const OF_THE_BROWSER = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'filesystem:',
  'about:',
  'view-source:',
  'chrome:',
  'ws:',
  'wss:',
  'ftp:',
  'mailto:',
  'tel:',
  'sms:',
])

/** The text itself when a browser may be sent there: absolute, visible ASCII, without fragment and credentials. */
export function redirectUri(value: unknown): string | undefined {
  const text = boundedText(value, MAX_LENGTH)
  if (text === undefined || !/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) || /[#\\"<>]/.test(text))
    return undefined
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return mayReceive(url) ? text : undefined
}

/**
 * The address with more in its query. As text: an address of an app is no less an address, and what was there before stays as it
 * was written. `query` is escaped already.
 */
export function withQuery(address: string, query: string): string {
  const hash = address.indexOf('#')
  const [target, fragment] = hash === -1 ? [address, ''] : [address.slice(0, hash), address.slice(hash)]
  const separator = target.includes('?') ? (/[?&]$/.test(target) ? '' : '&') : '?'
  return `${target}${separator}${query}${fragment}`
}

function mayReceive({ hostname, protocol }: URL): boolean {
  if (protocol === 'https:') return true
  // RFC 8252 §7.3: an app on the machine of the browser listens there.
  if (protocol === 'http:') return isLoopback(hostname)
  return !OF_THE_BROWSER.has(protocol)
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
