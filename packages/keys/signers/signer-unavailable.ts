/**
 * What a signer throws when its key is out of reach at the moment: for services a 503, as with a store that does not
 * answer. It names the back end and one of a few reasons and nothing else: answers of key services can hold account
 * numbers and addresses, and requests to them hold tokens and pins, so neither ever comes along as text or as `cause`.
 */
export type KeyBackendName = 'software' | 'pkcs11' | 'vault' | 'aws-kms'

/** Where the reason lies: with the back end of the key, or with the certificates that it signs under. */
type Cause = KeyBackendName | 'certificate'

export type UnavailableReason =
  | 'timeout' // no answer within the limit
  | 'unreachable' // no connection, or it broke off
  | 'redirected' // a standby that sends elsewhere: a token does not follow to another host
  | 'failing' // the service says that it cannot, sealed vaults included
  | 'rate_limited'
  | 'login_refused' // secrets of the login, or the pin; for a pin this is final
  | 'denied' // logged in, but not allowed to use the key
  | 'refused' // the service does not accept the request: key disabled, version gone
  | 'answer_malformed'
  | 'device_lost' // the token was pulled or does not open any more
  | 'key_changed' // what answers under the name is another key than at start
  | 'data_too_large'
  | 'secret_unreadable' // the file of a token or password
  | 'closed'
  | 'not_valid_now' // a certificate that has ended, or has not begun

export class SignerUnavailable extends Error {
  override readonly name = 'SignerUnavailable'
  readonly backend: Cause
  readonly reason: UnavailableReason

  constructor(backend: Cause, reason: UnavailableReason) {
    super(`${backend}: ${reason}`)
    this.backend = backend
    this.reason = reason
  }
}

/** The promise, or `timeout` when the signal comes first. What the promise does later is of no interest. */
export async function within<T>(
  signal: AbortSignal,
  backend: KeyBackendName,
  promise: Promise<T>,
): Promise<T> {
  const timedOut = Promise.withResolvers<never>()
  const onAbort = () => timedOut.reject(new SignerUnavailable(backend, 'timeout'))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  promise.catch(() => undefined)
  try {
    return await Promise.race([promise, timedOut.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
