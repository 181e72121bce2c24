/** Which type to issue: all of them in one call, found by typing. */
import { cardColours } from '@countersign/credential/display/card-colours'
import { formatName } from '@countersign/credential/display/format-name'
import { Card } from '@countersign/ui/credential/card'
import { lookOf } from '@countersign/ui/credential/card-look'
import { TextField } from '@countersign/ui/forms/field'
import { Heading } from '@countersign/ui/page/heading'
import { list } from '@countersign/ui/text/format'
import { filled } from '@countersign/ui/text/sentence-parts'
import { useState } from 'preact/hooks'
import { Loading, NotLoaded } from '../parts/loading.tsx'
import { useLoaded } from '../parts/use-loaded.ts'
import { portal } from '../text/portal-texts.ts'
import { loadTypes, shownName, type TypeEntry } from './catalogue.ts'

export function TypesPage() {
  const { value, failure, retry } = useLoaded(loadTypes, 'types')
  if (failure !== undefined) return <NotLoaded failure={failure} retry={retry} />
  if (value === undefined) return <Loading />
  return <Types types={value} />
}

function Types({ types }: { readonly types: readonly TypeEntry[] }) {
  const [wanted, setWanted] = useState('')
  const t = portal.value
  const shown = types.filter((type) => isWanted(type, wanted))
  return (
    <div class="stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.types.title} product={t.product} />
        <p class="lede">{t.types.lede}</p>
      </div>
      <div class="search">
        <TextField label={t.types.search} type="search" value={wanted} onInput={setWanted} />
        <p class="muted" role="status">
          {shown.length === 0 ? t.types.none : t.types.found(shown.length)}
        </p>
      </div>
      <ul class="type-list">
        {shown.map((type) => (
          <li key={type.name}>
            <Card
              href={`/issue/${encodeURIComponent(type.name)}`}
              title={shownName(type.display) ?? type.name}
              look={lookOf(Object.values(type.formats).join(' '), type.name)}
              own={cardColours(type.backgroundColor, type.textColor)}
              issuedBy={t.form.issuedBy}
            />
            <p>{type.description}</p>
            <p class="muted small">
              {filled(t.types.formats, { formats: list(Object.keys(type.formats).map(formatName)) })}
            </p>
          </li>
        ))}
      </ul>
    </div>
  )
}

function isWanted({ description, display, formats, name }: TypeEntry, wanted: string): boolean {
  const text = [name, ...display.map((one) => one.name), description, ...Object.values(formats)]
    .join(' ')
    .toLowerCase()
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
