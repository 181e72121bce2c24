/** Good to know before deciding: computed by the wallet and told to its owner alone. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { warning } from '@countersign/ui/elements/icons'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part, Said } from '@countersign/ui/elements/sheet'
import { day, dayAndTime } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { type Choices, leavingClaims } from '../../shown/choices.ts'
import { wallet } from '../texts/wallet-texts.ts'

interface AdviceProps {
  readonly preview: RequestPreview
  readonly choices: Choices
}

/** Asking for so many details is worth a word. */
const MANY_DETAILS = 6

export function Advice({ preview, choices }: AdviceProps) {
  const t = wallet.value.request
  const leaving = leavingClaims(preview, choices)
  const careful = [
    ...cautions(leaving),
    ...(leaving.length > MANY_DETAILS ? [t.muchAsked(leaving.length)] : []),
  ]
  const known = [...before(preview, leaving.length), t.youMayDecline]
  return (
    <Part label={t.goodToKnow}>
      <ul class="advice" role="list">
        {careful.map((sentence) => (
          <Said item tone="warn" icon={warning} key={sentence}>
            {sentence}
          </Said>
        ))}
        {known.map((sentence) => (
          <Said item key={sentence}>
            {sentence}
          </Said>
        ))}
        <Said item>{filled(t.endsAt, { time: dayAndTime(preview.expiresAt) ?? '' })}</Said>
      </ul>
    </Part>
  )
}

const KINDS = ['identifier', 'portrait', 'sensitive', 'age_would_do'] as const

function cautions(leaving: ReturnType<typeof leavingClaims>): readonly string[] {
  return KINDS.flatMap((kind) => {
    const labels = leaving.filter(({ caution }) => caution === kind).map(({ label }) => plainName(label))
    return labels.length === 0 ? [] : [wallet.value.request.cautions[kind]([...new Set(labels)])]
  })
}

function before({ before: last, verifier }: RequestPreview, count: number): readonly string[] {
  const t = wallet.value.request
  if (last === undefined) return []
  if (!last.shared) return [t.firstTime]
  const on = day(last.at) ?? ''
  const isSame = last.same && last.details === count
  const hasOtherCertificate = last.otherIdentifier && verifier.clientId.startsWith('x509_')
  return [
    filled(isSame ? t.sharedSame(count) : t.sharedBefore, { day: on }),
    ...(hasOtherCertificate ? [filled(t.otherCertificate, { day: on })] : []),
  ]
}
