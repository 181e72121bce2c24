/** Response mode `dc_api` (OpenID4VP 1.0 appendix A.2): a browser hands the answer to the page that asked, in the clear. */
import { ok, refuse } from '@countersign/core/result'
import { parseAuthorizationResponse } from './authorization-response.ts'
import { audienceOf, callerOf, findBroughtFault, originOf } from './digital-credential.ts'
import { clearForm } from './direct-post.ts'
import type { BrowserPlaces } from './exchange-protocol.ts'
import { placesOf, type ResponseMode } from './response-mode.ts'

export interface DcApi extends BrowserPlaces {
  readonly mode: 'dc_api'
}

export interface AskedDcApi {
  readonly mode: 'dc_api'
  /** Of the page that called the wallet, as the browser says. */
  readonly origin: string
}

export const dcApi: ResponseMode<DcApi, AskedDcApi> = {
  mode: 'dc_api',
  channel: 'browser',
  begin: (places) => ({ mode: 'dc_api', ...placesOf(places) }),
  writeRequest: ({ mode, origins }) => ({ response_mode: mode, expected_origins: origins }),
  bindingOf: (mode, form) => ({
    audience: audienceOf('origin' in mode ? mode.origin : originOf(form, mode)),
  }),
  readAnswer: (form, { query }, kept) => {
    const fault = findBroughtFault(form, kept)
    return fault === undefined ? parseAuthorizationResponse(form, { id: undefined, query }) : refuse(fault)
  },
  readRequest: (payload, _policy, { caller }) => {
    const origin = callerOf(payload, caller)
    return origin.ok ? ok({ mode: 'dc_api', origin: origin.value }) : origin
  },
  writeAnswer: clearForm,
}
