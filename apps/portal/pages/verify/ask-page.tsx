/**
 * What somebody needs, chosen in words or written as DCQL. The query is always there to be read; once it is changed by hand, the
 * text counts and stays as it was typed, valid or not.
 */

import type { BeginVerificationBody } from '@countersign/api/portal/verifications'
import { formatName } from '@countersign/credential/display/format-name'
import { Button } from '@countersign/ui/elements/button'
import { Details } from '@countersign/ui/elements/notice'
import { TextField } from '@countersign/ui/forms/field'
import { jsonProblem } from '@countersign/ui/forms/schema-form'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { Heading } from '@countersign/ui/page/heading'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import {
  type Configuration,
  claimsKnownBy,
  configurationOf,
  type IssuerMetadata,
  loadMetadata,
  loadTypes,
  placedLabel,
  shownName,
  type TypeEntry,
} from '../issue/catalogue.ts'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { Refused } from '../parts/refused.tsx'
import { useLoaded } from '../parts/use-loaded.ts'
import { portal } from '../text/portal-texts.ts'
import { AdviceList } from './advice-list.tsx'
import { membersOf, type Ways } from './asking-ways.ts'
import { beginVerification } from './begin-verification.ts'
import { dcqlQueryFor } from './dcql-preset.ts'
import { queryAdvice } from './query-advice.ts'
import { WaysChoice } from './ways-choice.tsx'

export function AskPage() {
  const { value, failure, retry } = useLoaded(loadChoices, 'choices')
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  return <Ask {...value} />
}

interface Choices {
  readonly choices: readonly Choice[]
  readonly metadata: IssuerMetadata
}

/** A type in a format, with the details that it has. */
interface Choice {
  readonly id: string
  readonly title: string
  readonly format: string
  readonly called: string
  readonly configuration: Configuration
}

async function loadChoices(): Promise<Answer<Choices>> {
  const [types, metadata] = await Promise.all([loadTypes(), loadMetadata()])
  if (!types.ok) return types
  if (!metadata.ok) return metadata
  const choices = types.value.flatMap((type) => choicesOf(type, metadata.value))
  return { ok: true, value: { choices, metadata: metadata.value } }
}

/** As the verifier takes it. */
const MAX_PURPOSE = 300

/** Formats whose details can be asked for one by one without knowing more than their names. */
const PLAIN_FORMATS = ['dc+sd-jwt', 'mso_mdoc']

function choicesOf(type: TypeEntry, metadata: IssuerMetadata): readonly Choice[] {
  return Object.entries(type.formats).flatMap(([format, called]) => {
    const found = PLAIN_FORMATS.includes(format) ? configurationOf(metadata, format, called) : undefined
    if (found === undefined) return []
    const { configuration, id } = found
    const title = shownName(type.display) ?? type.name
    return [{ id, title, format, called, configuration }]
  })
}

function Ask({ choices, metadata }: Choices) {
  const t = portal.value
  const [choiceId, setChoiceId] = useState(choices[0]?.id)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [text, setText] = useState<string>()
  const [purpose, setPurpose] = useState('')
  const [sameDevice, setSameDevice] = useState(false)
  const [ways, setWays] = useState<Ways>({})
  const [isAsked, setAsked] = useState(false)
  const { send, busy, failure } = useBegin()
  const choice = choices.find(({ id }) => id === choiceId)
  const claims = pathsOf(choice).filter((path) => chosen.includes(keyOf(path)))
  const query = choice && dcqlQueryFor({ format: choice.format, called: choice.called, claims })
  const shown = text ?? JSON.stringify(query ?? {}, null, 2)
  const problem = jsonProblem(shown)
  const isEmpty = text === undefined && claims.length === 0
  const isReadable = !isEmpty && problem === undefined
  function submit() {
    setAsked(true)
    if (!isReadable) return
    void send({
      dcql_query: JSON.parse(shown),
      ...(purpose.trim() !== '' && { purpose: purpose.trim() }),
      ...(sameDevice && { sameDevice: 'required' }),
      ...membersOf(ways),
    })
  }
  return (
    <div class="stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.ask.title} product={t.product} />
        <p class="lede">{t.ask.lede}</p>
      </div>
      {failure !== undefined && <Refused heading={t.ask.refused} failure={failure} />}
      <div class="two" data-side="end">
        <div class="stack">
          <section class="sheet">
            <div class="field">
              <label for="credential">{t.ask.from}</label>
              <select
                id="credential"
                class="input"
                value={choiceId}
                onChange={({ currentTarget }) => {
                  setChoiceId(currentTarget.value)
                  setChosen([])
                  setText(undefined)
                }}
              >
                {choices.map(({ id, title, format }) => (
                  <option key={id} value={id}>{`${title} (${formatName(format)})`}</option>
                ))}
              </select>
            </div>
          </section>
          <ClaimChoice
            choice={choice}
            chosen={chosen}
            error={isAsked && isEmpty ? t.ask.noneChosen : undefined}
            onChange={(next) => {
              setChosen(next)
              setText(undefined)
            }}
          />
          <section class="sheet">
            <TextField
              label={t.ask.purpose}
              hint={t.ask.purposeHint}
              value={purpose}
              maxLength={MAX_PURPOSE}
              wide
              onInput={setPurpose}
            />
          </section>
          <section class="sheet">
            <Details summary={t.ask.asJson}>
              <TextField
                label={t.ask.asJson}
                hint={t.ask.jsonHint}
                value={shown}
                error={problem}
                multiline
                wide
                onInput={setText}
              />
            </Details>
            <WaysChoice ways={ways} onChange={setWays} />
          </section>
        </div>
        <aside class="preview stack">
          <AdviceList
            advice={isReadable ? queryAdvice({ query: JSON.parse(shown), purpose, metadata }) : []}
            metadata={metadata}
          />
          <label class="option">
            <input
              class="tick"
              type="checkbox"
              checked={sameDevice}
              onChange={({ currentTarget }) => setSameDevice(currentTarget.checked)}
            />
            <span>
              {t.ask.sameDevice} <span class="muted">– {t.ask.sameDeviceWhy}</span>
            </span>
          </label>
          <div class="actions" data-fill>
            <Button kind="primary" big busy={busy} onPress={submit}>
              {t.ask.make}
            </Button>
          </div>
        </aside>
      </div>
    </div>
  )
}

interface ClaimChoiceProps {
  readonly choice: Choice | undefined
  readonly chosen: readonly string[]
  readonly error: string | undefined
  readonly onChange: (chosen: readonly string[]) => void
}

function ClaimChoice({ choice, chosen, error, onChange }: ClaimChoiceProps) {
  const t = portal.value.ask
  return (
    <fieldset class="sheet field" data-wrong={error !== undefined || undefined}>
      <legend class="visually-hidden">{t.details}</legend>
      <p class="sheet-title" aria-hidden="true">
        {t.details}
      </p>
      <div class="claim-list">
        {pathsOf(choice).map((path) => {
          const key = keyOf(path)
          const isChosen = chosen.includes(key)
          return (
            <label class="option" key={key}>
              <input
                class="tick"
                type="checkbox"
                checked={isChosen}
                onChange={() => onChange(isChosen ? chosen.filter((one) => one !== key) : [...chosen, key])}
              />
              <span class="foreign">{placedLabel(choice?.configuration, path)}</span>
            </label>
          )
        })}
      </div>
      <p class="muted" role="status">
        {t.chosen(chosen.length)}
      </p>
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}

function useBegin() {
  const { route } = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  async function send(body: BeginVerificationBody) {
    setBusy(true)
    setFailure(undefined)
    const answer = await beginVerification(body)
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    return route(`/verify/${encodeURIComponent(answer.value.id)}`)
  }
  return { send, busy, failure }
}

function pathsOf(choice: Choice | undefined): readonly (readonly unknown[])[] {
  return choice === undefined ? [] : claimsKnownBy(choice.configuration)
}

function keyOf(path: readonly unknown[]): string {
  return JSON.stringify(path)
}
