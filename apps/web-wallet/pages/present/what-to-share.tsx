/** The list: from which card, what is needed, what may be added, what stays. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { FromCard, lookOf, Thumb } from '@countersign/ui/credential/card'
import { lock } from '@countersign/ui/elements/icons'
import { plainName, plainText } from '@countersign/ui/elements/plain-name'
import { Part, Said } from '@countersign/ui/elements/sheet'
import { Pick } from '@countersign/ui/forms/field'
import { useId } from 'preact/hooks'
import { wallet } from '../texts/wallet-texts.ts'
import {
  type Candidate,
  type Choices,
  chosenCandidate,
  chosenQueries,
  extrasOf,
  neededClaims,
  pathKey,
  type Query,
  setsOf,
  withCard,
  withExtra,
  withOption,
  withWay,
} from './choices.ts'

export interface WhatToShareProps {
  readonly preview: RequestPreview
  readonly choices: Choices
  readonly onChange: (choices: Choices) => void
}

export function WhatToShare(props: WhatToShareProps) {
  const t = wallet.value.request
  const { preview, choices } = props
  return (
    <>
      <Alternatives {...props} />
      <Part label={t.what}>
        {chosenQueries(preview, choices).map((query) => (
          <QueryPart key={query.queryId} query={query} {...props} />
        ))}
        {chosenQueries(preview, choices).length === 0 && <p class="muted">{t.nothingChosen}</p>}
      </Part>
    </>
  )
}

/** Which of several ways, and what they can do without. */
function Alternatives({ preview, choices, onChange }: WhatToShareProps) {
  const t = wallet.value.request
  const open = setsOf(preview).flatMap((set, index) => {
    const options = set.options.flatMap((option, at) => (option.satisfiable ? [{ ...option, at }] : []))
    return options.length > 1 || (options.length === 1 && !set.required) ? [{ set, index, options }] : []
  })
  return (
    <>
      {open.map(({ set, index, options }) => (
        <Part key={index} label={set.required ? t.alternatives : t.notNeeded}>
          {options.length > 1 || set.required ? (
            <Radios
              label={set.required ? t.alternatives : t.notNeeded}
              items={[
                ...options.map(({ at, queryIds }) => ({
                  value: String(at),
                  title: titlesOf(preview, queryIds),
                })),
                ...(set.required ? [] : [{ value: '', title: t.decline }]),
              ]}
              chosen={String(choices.options[index] ?? '')}
              onChoose={(value) =>
                onChange(withOption(choices, index, value === '' ? undefined : Number(value)))
              }
            />
          ) : (
            <div class="picks">
              <Pick
                label={t.useIt}
                value={titlesOf(preview, options[0]?.queryIds ?? [])}
                kind={t.choice}
                choice={{
                  chosen: choices.options[index] !== undefined,
                  onChange: (chosen) =>
                    onChange(withOption(choices, index, chosen ? options[0]?.at : undefined)),
                }}
              />
            </div>
          )}
        </Part>
      ))}
    </>
  )
}

function titlesOf({ queries }: RequestPreview, ids: readonly string[]): string {
  const titles = queries.filter(({ queryId }) => ids.includes(queryId)).map(titleOf)
  return wallet.value.request.and(titles)
}

function titleOf({ candidates, unmet, queryId }: Query): string {
  return plainName(candidates[0]?.title ?? unmet?.wanted.title ?? queryId)
}

function QueryPart({ query, preview, choices, onChange }: WhatToShareProps & { readonly query: Query }) {
  const t = wallet.value.request
  const candidate = chosenCandidate(query, choices)
  if (candidate === undefined) return null
  return (
    <div class="query">
      {query.candidates.length > 1 ? (
        <div class="which">
          <h3 class="label">{t.which}</h3>
          <Radios
            label={t.which}
            items={query.candidates.map(({ credentialId, title, issuerName }) => ({
              value: credentialId,
              title: plainName(title),
              more: issuerName === undefined ? undefined : plainName(issuerName),
              look: title,
            }))}
            chosen={candidate.credentialId}
            onChoose={(id) => onChange(withCard(choices, query.queryId, id))}
          />
        </div>
      ) : (
        <FromCard title={candidate.title} issuer={candidate.issuerName} look={lookOf('', candidate.title)} />
      )}
      <OtherWays
        query={query}
        candidate={candidate}
        preview={preview}
        choices={choices}
        onChange={onChange}
      />
      <ClaimList
        query={query}
        candidate={candidate}
        preview={preview}
        choices={choices}
        onChange={onChange}
      />
      <StaysHere candidate={candidate} />
    </div>
  )
}

interface CandidateProps extends WhatToShareProps {
  readonly query: Query
  readonly candidate: Candidate
}

/** Other claims that would do as well: chosen as a whole. */
function OtherWays({ query, candidate, choices, onChange }: CandidateProps) {
  const t = wallet.value.request
  if (candidate.alternatives.length === 0) return null
  const asked = candidate.claims.filter(({ needed }) => needed === 'asked')
  const named = (claims: readonly { readonly label: string }[]) =>
    t.and(claims.map(({ label }) => plainName(label)))
  return (
    <div class="which">
      <h3 class="label">{t.otherWay}</h3>
      <Radios
        label={t.otherWay}
        items={[
          { value: '', title: named(asked) },
          ...candidate.alternatives.map(({ alternative, claims }) => ({
            value: String(alternative),
            title: named(claims),
          })),
        ]}
        chosen={String(choices.ways[query.queryId] ?? '')}
        onChoose={(value) =>
          onChange(withWay(choices, query.queryId, value === '' ? undefined : Number(value)))
        }
      />
    </div>
  )
}

function ClaimList({ query, candidate, choices, onChange }: CandidateProps) {
  const t = wallet.value.request
  const ticked = extrasOf(query, candidate, choices).map(pathKey)
  return (
    <div class="picks">
      {neededClaims(candidate, choices.ways[query.queryId]).map(({ key, label, value, kind }) => (
        <Pick
          key={key}
          label={<span class="foreign">{plainName(label)}</span>}
          value={<span class="foreign">{plainText(value)}</span>}
          kind={kind === 'needed' ? t.needed : t.withCard}
        />
      ))}
      {candidate.optional.map(({ path, label, value }) => (
        <Pick
          key={pathKey(path)}
          label={<span class="foreign">{plainName(label)}</span>}
          value={<span class="foreign">{plainText(value)}</span>}
          kind={t.choice}
          choice={{
            chosen: ticked.includes(pathKey(path)),
            onChange: (chosen) => onChange(withExtra(choices, query.queryId, path, chosen)),
          }}
        />
      ))}
    </div>
  )
}

function StaysHere({ candidate }: { readonly candidate: Candidate }) {
  const t = wallet.value.request
  const { labels, more } = candidate.notShared
  return (
    <div class="not-shared">
      <Said icon={lock}>
        {labels.length === 0
          ? t.nothingElse
          : t.notShared(
              labels.map((label) => plainName(label)),
              more,
            )}
      </Said>
    </div>
  )
}

interface RadiosProps {
  readonly label: string
  readonly items: readonly {
    readonly value: string
    readonly title: string
    readonly more?: string | undefined
    readonly look?: string
  }[]
  readonly chosen: string
  readonly onChoose: (value: string) => void
}

function Radios({ label, items, chosen, onChoose }: RadiosProps) {
  const name = useId()
  return (
    <div role="radiogroup" aria-label={label}>
      {items.map(({ value, title, more, look }) => (
        <label class="choice" key={value}>
          <input
            class="tick"
            type="radio"
            name={name}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {look === undefined ? <span /> : <Thumb look={lookOf('', look)} />}
          <span>
            <b>{title}</b>
            {more !== undefined && <small>{more}</small>}
          </span>
        </label>
      ))}
    </div>
  )
}
