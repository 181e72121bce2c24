/** Asked before a credential is revoked. */
import { Question, type QuestionProps } from '@countersign/ui/elements/question'
import { portal } from '../text/portal-texts.ts'

export function RevokeQuestion(props: Pick<QuestionProps, 'open' | 'busy' | 'onClose' | 'onDo'>) {
  const { keep, revokeIt, sure, sureWhy } = portal.value.issued
  return <Question heading={sure} why={sureWhy} keep={keep} doIt={revokeIt} {...props} />
}
