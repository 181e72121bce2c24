/**
 * Whether a host is this machine, judged by its name alone. Nothing is resolved: a name of DNS that leads here is not trusted, so
 * development's exceptions (plain http, calls without an API key) are for literal loopback only (RFC 6761 §6.3, RFC 1122 §3.2.1.3).
 */

/** Names and literal addresses that lead to this machine only; `[::1]` and `::1` alike. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
  )
}
