/** How a request is asked and answered, for those who care: closed, it is all as the verifier is set up. */
import { Details } from '@countersign/ui/elements/notice'
import { Select } from '@countersign/ui/forms/select'
import { asking } from '../text/asking-texts.ts'
import { ANSWERS, hasPlaces, isThroughBrowser, PLACES, PREFIXES, type Ways } from './asking-ways.ts'
import { asksWallets } from './digital-credential.ts'

interface WaysChoiceProps {
  readonly ways: Ways
  readonly onChange: (ways: Ways) => void
}

export function WaysChoice({ ways, onChange }: WaysChoiceProps) {
  const t = asking.value
  const { answer, place = 'by_reference', prefix } = ways
  const answers = ANSWERS.filter((name) => !isThroughBrowser(name) || asksWallets())
  const without = { value: '', label: t.asSetUp }
  const choose = (more: { readonly [Name in keyof Ways]: Ways[Name] | undefined }) => {
    const { answer: way, place: where, prefix: who } = { ...ways, ...more }
    onChange({
      ...(way !== undefined && { answer: way }),
      ...(who !== undefined && { prefix: who }),
      ...(where !== undefined && { place: where }),
    })
  }
  return (
    <Details summary={t.how}>
      <div class="stack" data-gap="m">
        <Select
          label={t.answer}
          {...(answer !== undefined && { hint: t.answerHints[answer] })}
          value={answer ?? ''}
          options={[without, ...answers.map((name) => ({ value: name, label: t.answers[name] }))]}
          onChange={(value) => choose({ answer: ANSWERS.find((name) => name === value) })}
        />
        <Select
          label={t.who}
          hint={prefix === 'redirect_uri' ? t.unsigned : t.whoHint}
          value={prefix ?? ''}
          options={[without, ...PREFIXES.map((name) => ({ value: name, label: t.prefixes[name] }))]}
          onChange={(value) => choose({ prefix: PREFIXES.find((name) => name === value) })}
        />
        {hasPlaces(ways) && (
          <Select
            label={t.where}
            hint={t.placeHints[place]}
            value={place}
            options={PLACES.map((name) => ({ value: name, label: t.places[name] }))}
            onChange={(value) => choose({ place: PLACES.find((name) => name === value) })}
          />
        )}
      </div>
    </Details>
  )
}
