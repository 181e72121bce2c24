/**
 * Response mode `dc_api.jwt` (OpenID4VP 1.0 appendix A.2, HAIP 1.0 §5.2): as `dc_api`, and encrypted for a key that the verifier made
 * for this request alone, so that the page that brings the answer does not read it. A presentation in the clear is refused.
 */
import { ok, refuse } from '@countersign/core/result'
import { type Form, parameter } from '../../oauth/form-parameters.ts'
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
import { beginMdocExchange, type MdocExchange, readDeviceAnswer } from './org-iso-mdoc.ts'
import { placesOf, type ResponseMode } from './response-mode.ts'

export interface DcApiJwt extends BrowserPlaces, AnswerKey {
  readonly mode: 'dc_api.jwt'
  /** Where the request is offered in `org-iso-mdoc`, which encrypts in a way of its own. */
  readonly mdoc?: MdocExchange
}

export interface AskedDcApiJwt extends AskedEncryption {
  readonly mode: 'dc_api.jwt'
  /** Of the page that called the wallet, as the browser says. */
  readonly origin: string
}

export const dcApiJwt: ResponseMode<DcApiJwt, AskedDcApiJwt> = {
  mode: 'dc_api.jwt',
  channel: 'browser',
  begin: async (places, ports) => {
    const { origins, protocols } = placesOf(places)
    const isForMdocs = protocols.includes('org-iso-mdoc')
    return {
      mode: 'dc_api.jwt',
      origins,
      protocols,
      ...(await makeAnswerKey(ports)),
      ...(isForMdocs && { mdoc: await beginMdocExchange(ports) }),
    }
  },
  writeRequest: ({ mode, origins }) => ({ response_mode: mode, expected_origins: origins }),
  writeClientMetadata: writeEncryptionMetadata,
  bindingOf: (mode, form) => {
    const encryptionKeyThumbprint = mode.keyThumbprint
    if ('origin' in mode) return { audience: audienceOf(mode.origin), encryptionKeyThumbprint }
    const audience = audienceOf(originOf(form, mode))
    const exchange = mdocExchangeOf(mode, form)
    return exchange === undefined
      ? { audience, encryptionKeyThumbprint }
      : { audience, encryptionInfo: exchange.encryptionInfo }
  },
  answerKeyOf: (kept, form) => (mdocExchangeOf(kept, form) ?? kept).key,
  readAnswer: async (form, { query }, kept, ports) => {
    const fault = findBroughtFault(form, kept)
    if (fault !== undefined) return refuse(fault)
    const asked = { id: undefined, query }
    const exchange = mdocExchangeOf(kept, form)
    return exchange === undefined
      ? readEncryptedAnswer(form, asked, kept, ports)
      : readDeviceAnswer(form, asked, { ...exchange, origin: originOf(form, kept) }, ports)
  },
  readRequest: async (payload, _policy, { caller, crypto }) => {
    const origin = callerOf(payload, caller)
    if (!origin.ok) return origin
    const encryption = await chooseEncryption(payload, { crypto })
    return encryption.ok ? ok({ mode: 'dc_api.jwt', origin: origin.value, ...encryption.value }) : encryption
  },
  writeAnswer: encryptAnswer,
}

/** Where the answer came in `org-iso-mdoc`. */
function mdocExchangeOf({ mdoc }: DcApiJwt, form: Form | undefined): MdocExchange | undefined {
  return form !== undefined && parameter(form, 'protocol') === 'org-iso-mdoc' ? mdoc : undefined
}
