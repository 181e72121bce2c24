/** Why a service did not start, in words for the terminal; anything that is nobody's mistake but ours is thrown on. */

/** Undefined for an error that deserves its stack. */
export function startRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'StartRefused' || error.name === 'StoreUnavailable' || error.name === 'ProgramMissing') {
    return error.message
  }
  return addressInUse(error)
}

function addressInUse(error: Error): string | undefined {
  if (!('code' in error) || !('port' in error) || typeof error.port !== 'number') return undefined
  if (error.code === 'EADDRINUSE') return `port ${error.port} is in use: is another instance running?`
  if (error.code === 'EACCES') return `port ${error.port} may not be listened on by this user`
  return undefined
}
