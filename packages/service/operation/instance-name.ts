/**
 * The name of one running process among its equals: it stands in log lines, in `x-instance` and on the cluster
 * view. It identifies, it never authorises, and no state hangs on it: an instance may die and come back as another.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** What may stand in a header and a log line as it is: 1-64 characters. */
export const INSTANCE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** `<host>-<6 hex digits>`: two processes on one host differ, and so do two containers with one host name. */
export function newInstanceId(host: string = hostname()): string {
  const name = host.replace(/[^A-Za-z0-9.-]/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return `${name.slice(0, 40) || 'instance'}-${randomBytes(3).toString('hex')}`
}
