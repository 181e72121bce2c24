/** The refresh token grant (RFC 6749 §6). A `scope` in the request is ignored: a new token is good for what the old one was. */
import { ok } from '@countersign/core/result'
import { requiredParameter } from '../form-parameters.ts'
import type { Grant } from './grant.ts'

export const REFRESH_TOKEN = 'refresh_token'

export interface RefreshTokenRequest {
  readonly grantType: typeof REFRESH_TOKEN
  readonly refreshToken: string
}

const MAX_TOKEN_LENGTH = 16_384

export const refreshToken: Grant<typeof REFRESH_TOKEN, RefreshTokenRequest> = {
  type: REFRESH_TOKEN,

  parseRequest: (form) => {
    const token = requiredParameter(form, 'refresh_token', MAX_TOKEN_LENGTH)
    return token.ok ? ok({ grantType: REFRESH_TOKEN, refreshToken: token.value }) : token
  },

  writeRequest: (request) => ({ refresh_token: request.refreshToken }),

  responseTypes: [],

  metadata: {},
}
