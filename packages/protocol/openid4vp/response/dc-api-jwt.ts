/**
 * Response mode `dc_api.jwt` (OpenID4VP 1.0 appendix A.2, HAIP 1.0 §5.2): as `dc_api`, and encrypted for a key that the verifier made
 * for this request alone, so that the page that brings the answer does not read it. A presentation in the clear is refused.
 */
import { ok, refuse } from '@countersign/core/result'
import {
  type AnswerKey,
  type AskedEncryption,
  chooseEncryption,
  encryptAnswer,
  makeAnswerKey,
  readEncryptedAnswer,
  writeEncryptionMetadata,
} from './answer-encryption.ts'
import { audienceOf, callerOf, findBroughtFault, originOf } from './digital-credential.ts'
import type { BrowserPlaces } from './exchange-protocol.ts'
import { placesOf, type ResponseMode } from './response-mode.ts'

export interface DcApiJwt extends BrowserPlaces, AnswerKey {
  readonly mode: 'dc_api.jwt'
}

export interface AskedDcApiJwt extends AskedEncryption {
  readonly mode: 'dc_api.jwt'
  /** Of the page that called the wallet, as the browser says. */
  readonly origin: string
}

export const dcApiJwt: ResponseMode<DcApiJwt, AskedDcApiJwt> = {
  mode: 'dc_api.jwt',
  channel: 'browser',
  begin: async (places, ports) => ({
    mode: 'dc_api.jwt',
    ...placesOf(places),
    ...(await makeAnswerKey(ports)),
  }),
  writeRequest: ({ mode, origins }) => ({ response_mode: mode, expected_origins: origins }),
  writeClientMetadata: writeEncryptionMetadata,
  bindingOf: (mode, form) => ({
    audience: audienceOf('origin' in mode ? mode.origin : originOf(form, mode)),
    encryptionKeyThumbprint: mode.keyThumbprint,
  }),
  readAnswer: async (form, { query }, kept, ports) => {
    const fault = findBroughtFault(form, kept)
    return fault === undefined
      ? readEncryptedAnswer(form, { id: undefined, query }, kept, ports)
      : refuse(fault)
  },
  readRequest: async (payload, _policy, { caller, crypto }) => {
    const origin = callerOf(payload, caller)
    if (!origin.ok) return origin
    const encryption = await chooseEncryption(payload, { crypto })
    return encryption.ok ? ok({ mode: 'dc_api.jwt', origin: origin.value, ...encryption.value }) : encryption
  },
  writeAnswer: encryptAnswer,
}
