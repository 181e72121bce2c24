/** What keeps the wallet from reaching an issuer or a verifier. Who waits may make the same call again: nothing is lost. */
import type { WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { OutgoingRefusal } from '../../outgoing-client.ts'

export const OUTGOING_ERRORS: WireErrors<OutgoingRefusal> = {
  outgoing_unreachable: ({ host, reason }) => ({
    status: 502,
    message: `${host} cannot be reached (${reason}). Nothing is lost: make the same call again`,
  }),
  outgoing_timeout: ({ host }) => ({
    status: 504,
    message: `${host} does not answer in time. Nothing is lost: make the same call again`,
  }),
  outgoing_unavailable: ({ host, status }) => ({
    status: 502,
    message: `${host} is not available (${status}). Nothing is lost: make the same call again`,
  }),
  outgoing_not_allowed: ({ host, reason }) => ({
    status: 400,
    message: `The wallet does not go to ${host}: ${reason} is not allowed (allowHttp, allowPrivateAddresses)`,
  }),
  outgoing_answer_too_large: ({ host, maxBytes }) => ({
    status: 502,
    message: `What ${host} answered is too large, limit ${maxBytes} bytes`,
  }),
  outgoing_answer_refused: ({ host, reason }) => ({
    status: 502,
    message: `${host} answered something that cannot be used: ${reason}`,
  }),
}
