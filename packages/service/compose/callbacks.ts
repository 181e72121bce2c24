/** Callbacks as a service's configuration says: through the guarded client, signed where there are secrets. */
import { type Callbacks, openCallbacks } from '../callbacks/post-callback.ts'
import { callbackSigner, type SignCallback } from '../callbacks/signature.ts'
import { StartRefused } from '../operation/start-refused.ts'
import type { JudgingRemote } from '../outgoing/guarded-client.ts'
import { refusalInWords, textOfFile } from './configured-file.ts'
import type { Outgoing } from './outgoing.ts'
import type { Runtime } from './runtime.ts'

export function configuredCallbacks(
  { monotonicMs, now }: Pick<Runtime, 'monotonicMs' | 'now'>,
  { remote }: Pick<Outgoing<JudgingRemote>, 'remote'>,
  { callbackSecretFile: file }: { readonly callbackSecretFile?: string | undefined },
): Callbacks {
  return openCallbacks({ remote, sign: callbackSigning({ callbackSecretFile: file }), now, monotonicMs })
}

/** Undefined where nothing is configured: what is sent is not signed. */
export function callbackSigning({
  callbackSecretFile: file,
}: {
  readonly callbackSecretFile?: string | undefined
}): SignCallback | undefined {
  return file === undefined ? undefined : signerOf(file)
}

function signerOf(file: string): SignCallback {
  const signer = callbackSigner(textOfFile(file))
  if (signer.ok) return signer.value
  throw new StartRefused(`callbackSecretFile is of no use: ${refusalInWords(signer.error)}`)
}
