/** A type for people: its card, its claims, what it is called, and every document that the API has of it. */
import { CARD } from '@countersign/catalogue/card/card-template'
import {
  type CatalogueClaim,
  type CatalogueType,
  type LabelledPath,
  labelledPaths,
} from '@countersign/catalogue/catalogue-type'
import { lifetimeDays } from '@countersign/catalogue/publication'
import type { FormatFacts, SecuringMechanism } from '@countersign/credential/contract/format-facts'
import { formatName } from '@countersign/credential/display/format-name'
import { type Content, html, type Markup } from '@countersign/service/http/pages/markup'
import { linkTo, page, type View } from './frame.ts'
import { siteTexts } from './texts/site-texts.ts'
import { inLanguage, listed } from './words.ts'

export interface TypePageParts {
  readonly type: CatalogueType
  /** Those that it comes in. */
  readonly formats: readonly FormatFacts[]
  readonly documents: readonly ShownDocument[]
  /** `vct#integrity`; absent where there is no type metadata. */
  readonly integrity?: string | undefined
}

export interface ShownDocument {
  readonly kind: 'example' | 'schema' | 'typeMetadata' | 'mapping' | 'manifest'
  /** Absent: it is the same for every format. */
  readonly format?: FormatFacts | undefined
  /** Of the API. */
  readonly path: string
  readonly document: unknown
}

export function typePage({ documents, formats, integrity, type }: TypePageParts, view: View): Markup {
  const t = siteTexts(view.language)
  const { description, name } = inLanguage(type.display, view.language)
  const path = `/types/${type.name}`
  const body = html`<p class="back"><a href="${linkTo('/', view)}">${t.all}</a></p>
<div class="stack" data-gap="l">
<div class="stack" data-gap="s"><h1>${name}</h1><p class="lede">${description}</p></div>
<div class="two" data-side="start">
<div class="stack">
<img class="card-picture" src="${linkTo(`${path}/card.svg`, { ...view, chosen: true })}" alt="" width="${CARD.width}" height="${CARD.height}">
<section class="sheet names" aria-labelledby="names"><h2 id="names">${t.calledIn}</h2>${names(type, formats, integrity, view)}</section>
</div>
<div class="stack">
<section class="sheet" aria-labelledby="claims"><h2 id="claims">${t.claims}</h2><p class="muted">${[t.claimsLede, ...otherwiseShown(type, formats, view)].join(' ')}</p>
<ul class="claims" role="list">${type.claims.map((claim) => claimEntry(claim, type, view))}</ul></section>
<section class="sheet" aria-labelledby="documents"><h2 id="documents">${t.documents}</h2><p class="muted">${t.documentsLede}</p>
${documents.map((one) => documentPart(one, view))}</section>
</div>
</div>
</div>`
  return page({ title: name, path, body }, view)
}

export function noTypePage(view: View): Markup {
  const t = siteTexts(view.language)
  const body = html`<div class="stack" data-gap="m"><h1>${t.notThere}</h1><p class="lede">${t.notThereWhy}</p>
<p><a href="${linkTo('/', view)}">${t.all}</a></p></div>`
  return page({ title: t.notThere, path: '/', body }, view)
}

function names(
  type: CatalogueType,
  formats: readonly FormatFacts[],
  integrity: string | undefined,
  { language }: View,
): Markup {
  const t = siteTexts(language)
  const fact = (term: Content, value: Content) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`
  const [first] = formats
  return html`<dl class="facts">${formats.map(({ id }) =>
    fact(t.called(formatName(id)), html`<code>${type.formats[id]}</code>`),
  )}${type.namespace === undefined ? '' : fact(t.namespace, html`<code>${type.namespace}</code>`)}${
    first === undefined ? '' : fact(t.lifetime, t.days(lifetimeDays(type, first)))
  }${integrity === undefined ? '' : fact(t.integrity, html`<code>${integrity}</code>`)}</dl>`
}

/** What a holder may withhold: what the issuer chose, nothing, or everything. */
const WITHHELD: Readonly<Record<SecuringMechanism, 'chosen' | 'nothing' | 'everything'>> = {
  'sd-jwt': 'chosen',
  jwt: 'nothing',
  mso: 'everything',
}

/** Formats in which it is otherwise than the claims say one by one. */
function otherwiseShown(
  { claims }: CatalogueType,
  formats: readonly FormatFacts[],
  { language }: View,
): readonly string[] {
  const t = siteTexts(language)
  const named = (how: 'nothing' | 'everything') =>
    formats.filter(({ securedBy }) => WITHHELD[securedBy] === how).map(({ id }) => formatName(id))
  const whole = named('nothing')
  const parts = claims.some(({ sd }) => sd === 'never') ? named('everything') : []
  return [
    ...(whole.length === 0 ? [] : [t.wholeIn(listed(whole, language))]),
    ...(parts.length === 0 ? [] : [t.partsIn(listed(parts, language))]),
  ]
}

function claimEntry(claim: CatalogueClaim, type: CatalogueType, { language }: View): Markup {
  const t = siteTexts(language)
  const { mandatory, parts, sd, use } = claim
  const marks = [...(mandatory ? [t.needed] : []), sd === 'never' ? t.alwaysShown : t.withholdable]
  const less = type.claims.filter((one) => use.instead.includes(one.use.kind))
  const labels = less.map((one) => inLanguage(one.display, language).label)
  const purposes = use.purposes.map((purpose) => t.purposes[purpose])
  return html`<li><p>${named(claim, language)}</p>
<p class="marks">${marks.map((mark) => html`<span class="badge">${mark}</span> `)}<span class="badge" data-tone="${TONES[use.sensitivity]}">${t.sensitivity[use.sensitivity]}</span></p>
<p class="muted">${t.usedFor(listed(purposes, language))}${labels.length === 0 ? '' : ` ${t.instead(listed(labels, language))}`}</p>
${parts.length === 0 ? '' : html`<ul role="list">${partsOf(claim).map((part) => html`<li>${named(part, language)}</li>`)}</ul>`}</li>`
}

/** How badges look. The word says it; the colour is beside it. */
const TONES = { ordinary: 'open', personal: 'brand', sensitive: 'warn' } as const

function partsOf(claim: CatalogueClaim): readonly LabelledPath[] {
  return labelledPaths([claim]).slice(1)
}

function named({ display, path }: LabelledPath, language: View['language']): Markup {
  const steps = path.map((step) => (step === null ? '[ ]' : step))
  return html`<b>${inLanguage(display, language).label}</b> <code>${steps.join('.')}</code>`
}

function documentPart({ document, format, kind, path }: ShownDocument, { basePath, language }: View): Markup {
  const t = siteTexts(language)
  const name = format === undefined ? '' : formatName(format.id)
  const title = {
    example: t.example(name),
    schema: t.schema,
    typeMetadata: t.typeMetadata,
    mapping: t.mapping(name),
    manifest: t.manifest(name),
  }[kind]
  return html`<details class="more"><summary>${title}</summary>
<p><a href="${basePath}${path}">${t.asFile}</a></p>
<section class="codebox" tabindex="0" aria-label="${title}"><pre>${JSON.stringify(document, shortened, 2)}</pre></section></details>`
}

/** Pictures are long texts in JSON. */
function shortened(_member: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value
}

const MOST_SHOWN = 120
