/**
 * The form of a type, made from its JSON Schema and filled with the example of the catalogue, with the card beside it as it will
 * look. JSON is the same thing written out; text in it that is not valid yet stays. What is valid the issuer decides.
 */

import type { CreatedOffer } from '@countersign/api/issuer/offers'
import { ok } from '@countersign/core/result'
import { cardColours } from '@countersign/credential/display/card-colours'
import { formatName } from '@countersign/credential/display/format-name'
import { Card } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { Button } from '@countersign/ui/elements/button'
import { Notice } from '@countersign/ui/elements/notice'
import { ErrorSummary, TextField } from '@countersign/ui/forms/field'
import { fieldsOf, type SchemaField } from '@countersign/ui/forms/schema-fields'
import { jsonProblem, SchemaForm, shownProblems } from '@countersign/ui/forms/schema-form'
import { problemsIn, type ValueProblem } from '@countersign/ui/forms/schema-values'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { BackLink } from '@countersign/ui/page/back-link'
import { Heading } from '@countersign/ui/page/heading'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useRef, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { keep, kept } from '../parts/kept.ts'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { Refused } from '../parts/refused.tsx'
import { useLoaded } from '../parts/use-loaded.ts'
import { api } from '../session.ts'
import { portal } from '../text/portal-texts.ts'
import {
  type Configuration,
  claimLabel,
  claimsAt,
  configurationOf,
  type IssuerMetadata,
  loadMetadata,
  loadTypes,
  shownName,
  type TypeEntry,
} from './catalogue.ts'
import { formPaths } from './format-ways.ts'
import { claimsOf, countClaims, holderOf, type IssueForm, issueOrder, withClaims } from './issue-order.ts'
import { type KeptOffer, offerKey } from './kept-offer.ts'
import { OfferChoice } from './offer-choice.tsx'

export function FormPage() {
  const { params } = useRoute()
  const name = params['name'] ?? ''
  const { value, failure, retry } = useLoaded(() => loadType(name), name)
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  return <FormatChoice key={name} type={value} />
}

interface OfType {
  readonly type: TypeEntry
}

const NO_TYPE = { kind: 'refused', status: 404, message: 'no such type is listed' } as const

async function loadType(name: string): Promise<Answer<TypeEntry>> {
  const types = await loadTypes()
  if (!types.ok) return types
  const type = types.value.find((one) => one.name === name || one.id === name)
  if (type !== undefined) return ok(type)
  // Asked for it by name, the repository says under which id that stands in its log: as a bad request, which it is not to people.
  const asked = await api.get<unknown>(`/repository/api/schema/${encodeURIComponent(name)}`)
  const correlationId = asked.ok ? undefined : asked.error.correlationId
  return { ok: false, error: { ...NO_TYPE, ...(correlationId !== undefined && { correlationId }) } }
}

function FormatChoice({ type }: OfType) {
  const [edited, setEdited] = useState(kept<IssueForm>(`form.${type.name}`))
  const [format, setFormat] = useState(edited?.format ?? Object.keys(type.formats)[0] ?? '')
  // As JSON, while it is edited so.
  const [text, setText] = useState<string>()
  // The same in every format.
  const metadata = useLoaded(loadMetadata, 'metadata')
  const { value, failure, retry } = useLoaded(() => loadForm(type, format), `${type.name} ${format}`)
  // While another format is on its way the form before it stays, and with it whatever has the focus.
  const shown = useRef<LoadedForm | undefined>(undefined)
  if (value !== undefined) shown.current = value
  const loaded = metadata.value && shown.current
  const form = formOf(loaded, edited)
  if (metadata.failure !== undefined) return <NotLoaded failure={metadata.failure} retry={metadata.retry} />
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  function change(next: IssueForm) {
    setEdited(next)
    keep(`form.${type.name}`, next)
  }
  function editAs(json: boolean) {
    if (form === undefined) return
    // Text that is no JSON has no form: it stays until it is one.
    if (json) setText((before) => before ?? pretty(claimsOf(type, form)))
    else if (text === undefined || jsonProblem(text) === undefined) setText(undefined)
  }
  // The head stays what it is when the form comes: whoever reads it, or has heard it, is not sent there once more.
  return (
    <>
      <BackLink href="/issue">{portal.value.backToTypes}</BackLink>
      <div class="stack" data-gap="l">
        <div class="row" data-spread>
          <FormHead type={type} />
          {form && <EditAs json={text !== undefined} onChange={editAs} />}
        </div>
        {loaded && form && metadata.value ? (
          <TypeForm
            type={type}
            metadata={metadata.value}
            loaded={loaded}
            form={form}
            onForm={change}
            text={text}
            onText={setText}
            format={format}
            onFormat={(next) => {
              setText(undefined)
              setFormat(next)
            }}
          />
        ) : (
          <Loading />
        )}
      </div>
    </>
  )
}

/** What was typed in this format, else the example. */
function formOf(loaded: LoadedForm | undefined, edited: IssueForm | undefined): IssueForm | undefined {
  if (loaded === undefined || edited?.format === loaded.format) return loaded && edited
  const { takenUp = 'nothing', waits = false } = edited ?? {}
  return { format: loaded.format, data: loaded.example, takenUp, waits }
}

interface LoadedForm {
  readonly format: string
  readonly schema: unknown
  readonly example: unknown
  readonly mapping: unknown
}

async function loadForm(type: TypeEntry, format: string): Promise<Answer<LoadedForm>> {
  const parts = formPaths(type.name, format).map((path) => api.get<unknown>(path))
  const answers = await Promise.all(parts)
  const values: unknown[] = []
  for (const answer of answers) {
    if (!answer.ok) return answer
    values.push(answer.value)
  }
  const [schema, example, mapping] = values
  return ok({ format, schema, example, mapping })
}

/** There before the form is: whose form it is, is known first. */
function FormHead({ type }: OfType) {
  const t = portal.value
  return (
    <div class="stack" data-gap="s">
      <Heading
        title={filled(t.form.title, { type: shownName(type.display) ?? type.name })}
        product={t.product}
      />
      <p class="lede">{t.form.lede}</p>
    </div>
  )
}

interface TypeFormProps {
  readonly type: TypeEntry
  readonly metadata: IssuerMetadata
  readonly loaded: LoadedForm
  readonly form: IssueForm
  readonly onForm: (form: IssueForm) => void
  /** The claims as JSON, where they are edited so. */
  readonly text: string | undefined
  readonly onText: (text: string) => void
  /** The one that was chosen; `form` is in the one before while this one is on its way. */
  readonly format: string
  readonly onFormat: (format: string) => void
}

function TypeForm({ type, metadata, loaded, form, onForm, text, onText, format, onFormat }: TypeFormProps) {
  const t = portal.value
  const [problems, setProblems] = useState<readonly ValueProblem[]>([])
  const { send, busy, failure, forget } = useOffer(type, metadata, loaded)
  const found = configurationOf(metadata, form.format, type.formats[form.format] ?? '')
  const field = labelled(fieldsOf(loaded.schema), found?.configuration, claimsAt(type, form.format))
  const title = shownName(type.display) ?? type.name
  const claims = claimsOf(type, form)
  function submit() {
    const wrong = text === undefined ? problemsIn(field, claims) : []
    setProblems([...wrong])
    if (wrong.length === 0 && (text === undefined || jsonProblem(text) === undefined)) void send(form, title)
  }
  return (
    <>
      {text === undefined && <ErrorSummary problems={shownProblems('claim', problems)} />}
      {failure !== undefined && <Refused heading={t.form.refused} failure={failure} />}
      {found === undefined && <Notice tone="warn">{t.form.notOffered}</Notice>}
      <div class="two" data-side="end">
        <div class="stack">
          <section class="sheet" aria-label={t.form.claims}>
            <h2>{t.form.claims}</h2>
            {text === undefined ? (
              <SchemaForm
                key={form.format}
                field={field}
                value={claims}
                name="claim"
                problems={problems}
                onChange={(value) => onForm(withClaims(type, form, value))}
              />
            ) : (
              <JsonClaims
                text={text}
                onText={(next, value) => {
                  onText(next)
                  if (value !== undefined) onForm(withClaims(type, form, value))
                }}
              />
            )}
          </section>
          <section class="sheet" aria-label={t.form.how}>
            <h2>{t.form.how}</h2>
            <div class="form-grid">
              <FormatSelect
                formats={Object.keys(type.formats)}
                value={format}
                onChange={(next) => {
                  setProblems([])
                  forget()
                  onFormat(next)
                }}
              />
              <OfferChoice form={form} onForm={onForm} />
            </div>
          </section>
        </div>
        <aside class="preview stack" aria-label={t.form.preview}>
          <Card
            title={title}
            issuer={shownName(metadata.display)}
            holder={holderOf(claims)}
            look={lookOf(type.formats[form.format] ?? '', type.name)}
            own={cardColours(type.backgroundColor, type.textColor)}
            issuedBy={t.form.issuedBy}
          />
          <p class="muted">{t.form.details(countClaims(claims))}</p>
          <div class="actions" data-fill>
            <Button kind="primary" big busy={busy || format !== form.format} onPress={submit}>
              {t.form.make}
            </Button>
          </div>
        </aside>
      </div>
    </>
  )
}

/** The issue call; where it is done the offer's page stands at its own address. */
function useOffer(type: TypeEntry, metadata: IssuerMetadata, { mapping }: LoadedForm) {
  const { route } = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<CallFailure>()
  async function send(form: IssueForm, title: string) {
    const found = configurationOf(metadata, form.format, type.formats[form.format] ?? '')
    if (found === undefined) return
    const order = issueOrder(found.id, form, mapping)
    setBusy(true)
    setFailure(undefined)
    const answer = await api.send<CreatedOffer>('POST', order.path, order.body)
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    const offer: KeptOffer = { offer: answer.value, order, title, type: type.name }
    keep(offerKey(answer.value.id), offer)
    return route(`/offers/${encodeURIComponent(answer.value.id)}`)
  }
  return { send, busy, failure, forget: () => setFailure(undefined) }
}

function EditAs({ json, onChange }: { readonly json: boolean; readonly onChange: (json: boolean) => void }) {
  const t = portal.value.form
  return (
    <fieldset class="segment">
      <legend class="visually-hidden">{t.editAs}</legend>
      <button type="button" aria-pressed={!json} onClick={() => onChange(false)}>
        {t.asForm}
      </button>
      <button type="button" aria-pressed={json} onClick={() => onChange(true)}>
        {t.asJson}
      </button>
    </fieldset>
  )
}

interface JsonClaimsProps {
  readonly text: string
  /** `value`: absent while the text is no JSON. */
  readonly onText: (text: string, value: unknown) => void
}

function JsonClaims({ text, onText }: JsonClaimsProps) {
  const t = portal.value.form
  return (
    <TextField
      label={t.json}
      hint={t.jsonHint}
      error={jsonProblem(text)}
      value={text}
      multiline
      wide
      onInput={(next) => onText(next, jsonProblem(next) === undefined ? JSON.parse(next) : undefined)}
    />
  )
}

interface FormatSelectProps {
  readonly formats: readonly string[]
  readonly value: string
  readonly onChange: (format: string) => void
}

function FormatSelect({ formats, value, onChange }: FormatSelectProps) {
  return (
    <div class="field">
      <label for="format">{portal.value.form.format}</label>
      <select
        id="format"
        class="input"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {formats.map((format) => (
          <option key={format} value={format}>
            {formatName(format)}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Labels of the issuer's metadata, in the language of the page, in place of the members' names, however deep. */
function labelled(
  field: SchemaField,
  configuration: Configuration | undefined,
  above: readonly (string | null)[],
): SchemaField {
  const { entry, fields } = field
  return {
    ...field,
    ...(fields !== undefined && {
      fields: fields.map((one) => {
        const path = [...above, one.name]
        return { ...labelled(one, configuration, path), label: claimLabel(configuration, path) }
      }),
    }),
    ...(entry !== undefined && { entry: labelled(entry, configuration, [...above, null]) }),
  }
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
