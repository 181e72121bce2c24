/** Answers of the calls that lead to issuers and verifiers: whoever is asked does not answer, or not with anything of use. */
import type { DescribedAnswers } from '@countersign/service/http/answers/described-answers'
import { refusalAnswer } from './route-answers.ts'
import { RECEIVE_ERRORS } from './wire-receive.ts'

export const awayAnswers = (host: string): DescribedAnswers => ({
  502: refusalAnswer(
    RECEIVE_ERRORS,
    { code: 'outgoing_unreachable', host, reason: 'ECONNREFUSED' },
    'The other side cannot be reached, or answers what cannot be used',
  ),
  504: refusalAnswer(
    RECEIVE_ERRORS,
    { code: 'outgoing_timeout', host },
    'The other side does not answer in time',
  ),
})
