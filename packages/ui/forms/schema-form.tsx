/**
 * A form made from a JSON Schema. What is typed stays as it was typed: a number that is not one yet is kept as text and named
 * as a problem when the form is sent, never taken away under the fingers.
 */
import { useState } from 'preact/hooks'
import { Button } from '../elements/button.tsx'
import { cross, plus } from '../elements/icons.ts'
import { filled } from '../text/sentence-parts.ts'
import { ui } from '../text/ui-texts.ts'
import { Field, FieldError, type Problem, TextField } from './field.tsx'
import type { Path, SchemaField } from './schema-fields.ts'
import { emptyValue, type ValueProblem, valueAt, withValueAt } from './schema-values.ts'

export interface SchemaFormProps {
  readonly field: SchemaField
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  readonly problems: readonly ValueProblem[]
  /** Begins the ids of the controls, so that a summary can link to them. */
  readonly name: string
}

export function SchemaForm({ field, ...form }: SchemaFormProps) {
  return (
    <div class="form-grid">
      {(field.fields ?? [field]).map((inner) => (
        <Control key={inner.name} field={inner} path={inner.name === '' ? [] : [inner.name]} form={form} />
      ))}
    </div>
  )
}

/** For the summary above the form. */
export function shownProblems(name: string, problems: readonly ValueProblem[]): readonly Problem[] {
  return problems.map((problem) => ({
    field: idOf(name, problem.path),
    label: problem.label,
    text: sentenceFor(problem),
  }))
}

type Form = Omit<SchemaFormProps, 'field'>

interface ControlProps {
  readonly field: SchemaField
  readonly path: Path
  readonly form: Form
}

function Control(props: ControlProps) {
  const { kind } = props.field
  if (kind === 'group') return <Group {...props} />
  if (kind === 'list') return <List {...props} />
  if (kind === 'json') return <JsonValue {...props} />
  if (kind === 'boolean' || kind === 'choice') return <Options {...props} />
  return <Text {...props} />
}

function Text({ field, path, form }: ControlProps) {
  const value = valueAt(form.value, path)
  const isNumber = field.kind === 'number' || field.kind === 'integer'
  return (
    <TextField
      {...partsOf(field, path, form)}
      value={typeof value === 'string' || typeof value === 'number' ? String(value) : ''}
      type={field.kind === 'date' ? 'date' : 'text'}
      inputMode={field.kind === 'integer' ? 'numeric' : isNumber ? 'decimal' : 'text'}
      required={field.required}
      onInput={(text) => change(form, path, isNumber ? numberOrText(text) : text === '' ? undefined : text)}
    />
  )
}

function numberOrText(text: string): unknown {
  if (text.trim() === '') return undefined
  const value = Number(text)
  // `1.` and `-0` are on their way to something.
  return Number.isFinite(value) && String(value) === text.trim() ? value : text
}

/** Few are seen at once, many are a list. */
const MOST_AT_ONCE = 5

function Options({ field, path, form }: ControlProps) {
  const t = ui.value
  const values = field.kind === 'boolean' ? [true, false] : (field.options ?? [])
  const labelOf = (value: unknown) => (value === true ? t.yes : value === false ? t.no : String(value))
  const value = valueAt(form.value, path)
  const { label, hint, error, id } = partsOf(field, path, form)
  if (values.length > MOST_AT_ONCE)
    return (
      <Field label={label} hint={hint} error={error} id={id}>
        {(names) => (
          <select
            {...names}
            class="input"
            value={values.indexOf(value)}
            onChange={({ currentTarget }) => change(form, path, values[Number(currentTarget.value)])}
          >
            <option value={-1}>{t.unset}</option>
            {values.map((one, index) => (
              <option key={String(one)} value={index}>
                {labelOf(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
    )
  return (
    <fieldset class="field" data-wrong={error !== undefined || undefined} id={id} tabIndex={-1}>
      <legend>{label}</legend>
      {hint !== undefined && <p class="hint">{hint}</p>}
      <div class="options">
        {values.map((one) => (
          <label class="option" key={String(one)}>
            <input
              class="tick"
              type="radio"
              name={id}
              checked={value === one}
              onChange={() => change(form, path, one)}
            />
            <span>{labelOf(one)}</span>
          </label>
        ))}
      </div>
      {error !== undefined && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </fieldset>
  )
}

function Group({ field, path, form }: ControlProps) {
  return (
    <fieldset class="group" data-wide id={idOf(form.name, path)} tabIndex={-1}>
      <legend>{field.label}</legend>
      {field.hint !== undefined && <p class="hint">{field.hint}</p>}
      <div class="form-grid">
        {(field.fields ?? []).map((inner) => (
          <Control key={inner.name} field={inner} path={[...path, inner.name]} form={form} />
        ))}
      </div>
    </fieldset>
  )
}

function List({ field, path, form }: ControlProps) {
  const t = ui.value
  const value = valueAt(form.value, path)
  const entries: readonly unknown[] = Array.isArray(value) ? value : []
  const { entry } = field
  if (entry === undefined) return null
  return (
    <fieldset class="group" data-wide id={idOf(form.name, path)} tabIndex={-1}>
      <legend>{field.label}</legend>
      {field.hint !== undefined && <p class="hint">{field.hint}</p>}
      {entries.map((_entry, index) => (
        <div class="stack" data-gap="s" key={index}>
          <Control field={{ ...entry, label: t.entry(index + 1) }} path={[...path, index]} form={form} />
          <Button kind="quiet" icon={cross} onPress={() => change(form, [...path, index], undefined)}>
            {`${t.remove} ${t.entry(index + 1)}`}
          </Button>
        </div>
      ))}
      <Button icon={plus} onPress={() => change(form, path, [...entries, emptyValue(entry)])}>
        {t.add}
      </Button>
    </fieldset>
  )
}

/** Text that is no JSON yet stays, with what is wrong with it. */
function JsonValue({ field, path, form }: ControlProps) {
  const [draft, setDraft] = useState<string>()
  const value = valueAt(form.value, path)
  const text = draft ?? (value === undefined ? '' : JSON.stringify(value, null, 2))
  const problem = draft === undefined ? undefined : jsonProblem(draft)
  const { error, ...parts } = partsOf(field, path, form)
  return (
    <TextField
      {...parts}
      error={problem ?? error}
      value={text}
      wide
      multiline
      onInput={(next) => {
        const isRead = next.trim() === '' || jsonProblem(next) === undefined
        setDraft(isRead ? undefined : next)
        if (isRead) change(form, path, next.trim() === '' ? undefined : JSON.parse(next))
      }}
    />
  )
}

/** Undefined for text that is JSON. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return filled(ui.value.form.json, { problem: error instanceof Error ? error.message : '' })
  }
}

function change(form: Form, path: Path, next: unknown): void {
  form.onChange(withValueAt(form.value, path, next))
}

function partsOf(field: SchemaField, path: Path, form: Form) {
  const problem = form.problems.find((one) => one.path.join('/') === path.join('/'))
  return {
    label: field.label,
    hint: field.hint,
    error: problem === undefined ? undefined : sentenceFor(problem),
    id: idOf(form.name, path),
  }
}

function idOf(name: string, path: Path): string {
  return [name, ...path].join('-')
}

function sentenceFor({ code, limit = 0 }: ValueProblem): string {
  const t = ui.value
  if (code === 'required') return t.required
  const text = t.form[code]
  return typeof text === 'string' ? text : text(limit)
}
