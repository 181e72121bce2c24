/** The list: from which card, what is needed, what may be added, what stays. */

import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { FromCard, Thumb } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { lock } from '@countersign/ui/elements/icons'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part, Said } from '@countersign/ui/elements/sheet'
import { Pick as OnePick, type PickProps } from '@countersign/ui/forms/field'
import { claimText } from '@countersign/ui/text/claim-text'
import { type ComponentChildren, Fragment } from 'preact'
import { useId } from 'preact/hooks'
import {
  type Candidate,
  type Choices,
  chosenCandidate,
  chosenQueries,
  chosenWay,
  extrasOf,
  pathKey,
  type Query,
  setsOf,
  type Way,
  withCard,
  withExtra,
  withOption,
  withWay,
} from '../../shown/choices.ts'
import { wallet } from '../texts/wallet-texts.ts'

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
              <OnePick
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
            items={query.candidates.map(({ credentialId, title, issuerName, look, type }) => ({
              value: credentialId,
              title: plainName(title),
              more: issuerName === undefined ? undefined : plainName(issuerName),
              thumb: <Thumb look={lookOf(type, title)} own={look} />,
            }))}
            chosen={candidate.credentialId}
            onChoose={(id) => onChange(withCard(choices, query.queryId, id))}
          />
        </div>
      ) : (
        <FromCard
          title={candidate.title}
          issuer={candidate.issuerName}
          look={lookOf(candidate.type, candidate.title)}
          own={candidate.look}
        />
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
      <StaysHere way={chosenWay(candidate, choices, query)} />
      {candidate.reused && <Said tone="warn">{t.reused}</Said>}
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
  const named = ({ claims }: Way) =>
    t.and(claims.filter(({ needed }) => needed === 'asked').map(({ label }) => plainName(label)))
  return (
    <div class="which">
      <h3 class="label">{t.otherWay}</h3>
      <Radios
        label={t.otherWay}
        items={[
          { value: '', title: named(candidate) },
          ...candidate.alternatives.map((way) => ({ value: String(way.alternative), title: named(way) })),
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
  const way = chosenWay(candidate, choices, query)
  const ticked = extrasOf(query, way, choices)
  return (
    <div class="picks">
      {way.claims.map((claim) => (
        <ClaimPick
          key={pathKey(claim.path)}
          claim={claim}
          kind={claim.needed === 'asked' ? t.needed : t.withCard}
        />
      ))}
      {way.optional.map((claim) => (
        <Fragment key={pathKey(claim.path)}>
          <ClaimPick
            claim={claim}
            kind={
              claim.along.length === 0
                ? t.choice
                : t.choiceWith(claim.along.map(({ label }) => plainName(label)))
            }
            choice={{
              chosen: ticked.includes(claim),
              onChange: (chosen) => onChange(withExtra(choices, query.queryId, claim.path, chosen)),
            }}
          />
          {ticked.includes(claim) &&
            claim.along.map((one) => <ClaimPick key={pathKey(one.path)} claim={one} kind={t.withThat} />)}
        </Fragment>
      ))}
    </div>
  )
}

interface ClaimPickProps extends Pick<PickProps, 'kind' | 'choice'> {
  readonly claim: { readonly label: string; readonly value: string }
}

function ClaimPick({ claim: { label, value }, ...props }: ClaimPickProps) {
  return (
    <OnePick
      {...props}
      label={<span class="foreign">{plainName(label)}</span>}
      value={<span class="foreign">{claimText(value)}</span>}
    />
  )
}

function StaysHere({ way }: { readonly way: Way }) {
  const t = wallet.value.request
  const { labels, more } = way.notShared
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
    readonly thumb?: ComponentChildren
  }[]
  readonly chosen: string
  readonly onChoose: (value: string) => void
}

function Radios({ label, items, chosen, onChoose }: RadiosProps) {
  const name = useId()
  return (
    <div role="radiogroup" aria-label={label}>
      {items.map(({ value, title, more, thumb }) => (
        <label class="choice" key={value}>
          <input
            class="tick"
            type="radio"
            name={name}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {thumb ?? <span />}
          <span>
            <b>{title}</b>
            {more !== undefined && <small>{more}</small>}
          </span>
        </label>
      ))}
    </div>
  )
}
