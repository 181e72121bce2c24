/**
 * Fields: a label above, a hint, the control, and an error that belongs to it. Names of controls come from `useId`, so that a
 * form can stand on a page twice.
 */
import './field.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from '../elements/icon.tsx'
import { check, warning } from '../elements/icons.ts'
import { ui } from '../text/ui-texts.ts'

export interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly id?: string
  readonly wide?: boolean
  /** Gets the ids that the control needs. */
  readonly children: (control: ControlNames) => ComponentChildren
}

export interface ControlNames {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

export function Field({ label, hint, error, id, wide = false, children }: FieldProps) {
  const own = useId()
  const control = id ?? own
  const describedBy = [hint !== undefined && `${control}-hint`, error !== undefined && `${control}-error`]
  return (
    <div class="field" data-wrong={error !== undefined || undefined} data-wide={wide || undefined}>
      <label for={control}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${control}-hint`}>
          {hint}
        </p>
      )}
      {children({
        id: control,
        'aria-describedby': describedBy.filter((name) => name !== false).join(' ') || undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {error !== undefined && <FieldError id={`${control}-error`}>{error}</FieldError>}
    </div>
  )
}

export function FieldError({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <p class="error" id={id}>
      <Icon d={warning} />
      <span>{children}</span>
    </p>
  )
}

export interface TextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string
  readonly onInput: (value: string) => void
  readonly type?: 'text' | 'password' | 'email' | 'date' | 'url' | 'search'
  readonly autocomplete?: string
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'email' | 'url'
  readonly maxLength?: number
  readonly required?: boolean
  /** A code that is read out digit by digit. */
  readonly code?: boolean
  readonly multiline?: boolean
  readonly focused?: boolean
}

export function TextField({ value, onInput, type = 'text', multiline = false, ...props }: TextFieldProps) {
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  useEffect(() => {
    if (props.focused === true) input.current?.focus()
  }, [props.focused])
  return (
    <Field {...props}>
      {(names) => {
        const shared = {
          ...names,
          ref: input,
          class: 'input',
          value,
          maxLength: props.maxLength,
          autocomplete: props.autocomplete ?? 'off',
          spellcheck: false,
          'aria-required': props.required === true ? true : undefined,
          onInput: ({ currentTarget }: { currentTarget: { value: string } }) => onInput(currentTarget.value),
        } as const
        return multiline ? (
          <textarea {...shared} dir="auto" />
        ) : (
          <input
            {...shared}
            type={type as 'text'}
            inputMode={props.inputMode}
            data-code={props.code === true ? true : undefined}
            dir={props.code === true || type === 'email' || type === 'url' ? 'ltr' : 'auto'}
          />
        )
      }}
    </Field>
  )
}

export interface Problem {
  /** The control that it is about. */
  readonly field: string
  readonly label: string
  readonly text: string
}

/** What is wrong with a form, each with a link to its field; it takes the focus when it appears. */
export function ErrorSummary({ problems }: { readonly problems: readonly Problem[] }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    box.current?.focus()
  }, [problems])
  if (problems.length === 0) return null
  return (
    <div class="notice" data-tone="bad" ref={box} tabIndex={-1} role="alert">
      <Icon d={warning} />
      <div>
        <h2>{ui.value.problems(problems.length)}</h2>
        <ul role="list">
          {problems.map(({ field, label, text }) => (
            <li key={field}>
              <a
                href={`#${field}`}
                onClick={(event) => {
                  event.preventDefault()
                  document.getElementById(field)?.focus()
                }}
              >
                {`${label}: ${text}`}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

export interface PickProps {
  readonly label: ComponentChildren
  readonly value: ComponentChildren
  /** `needed`, `your choice`. */
  readonly kind: string
  /** Absent: it is needed, and has a check without a box, since there is nothing to choose. */
  readonly choice?: { readonly chosen: boolean; readonly onChange: (chosen: boolean) => void }
}

export function Pick({ label, value, kind, choice }: PickProps) {
  const kindId = useId()
  const what = (
    <>
      <span class="pick-label">{label}</span>
      <b class="pick-value">{value}</b>
      <span class="pick-kind" id={kindId}>
        {kind}
      </span>
    </>
  )
  if (choice === undefined)
    return (
      <div class="pick">
        <span class="pick-fixed">
          <Icon d={check} />
        </span>
        {what}
      </div>
    )
  return (
    <label class="pick">
      <input
        class="tick"
        type="checkbox"
        checked={choice.chosen}
        aria-describedby={kindId}
        onChange={({ currentTarget }) => choice.onChange(currentTarget.checked)}
      />
      {what}
    </label>
  )
}
