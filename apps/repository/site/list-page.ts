/** All types on one page, by what they are about; a search is a new page. */
import { CARD } from '@countersign/catalogue/card/card-template'
import { EMBLEMS } from '@countersign/catalogue/card/emblems'
import type { CatalogueType } from '@countersign/catalogue/catalogue-type'
import { TOPICS, type Topic } from '@countersign/catalogue/topics'
import { formatName } from '@countersign/credential/display/format-name'
import { html, type Markup } from '@countersign/service/http/pages/markup'
import { linkTo, page, type View } from './frame.ts'
import { siteTexts } from './texts/site-texts.ts'
import { inLanguage } from './words.ts'

/** `wanted`: words that must be in what is said of a type; empty for all. */
export function listPage(types: readonly CatalogueType[], wanted: string, view: View): Markup {
  const t = siteTexts(view.language)
  const shown = types.filter((type) => isWanted(type, wanted))
  const path = wanted === '' ? '/' : `/?q=${encodeURIComponent(wanted)}`
  const topics = TOPICS.filter((topic) => shown.some((type) => type.topic === topic))
  const body = html`<div class="stack" data-gap="l">
<div class="stack" data-gap="s"><h1>${t.product}</h1><p class="lede">${t.lede}</p></div>
<form class="search" role="search" method="get" action="${view.basePath}/">
<label class="search-field"><span>${t.search}</span><input type="search" name="q" value="${wanted}" maxlength="100"></label>
${view.chosen ? html`<input type="hidden" name="lang" value="${view.language}">` : ''}
<button type="submit">${t.find}</button>
<p class="muted">${shown.length === 0 ? t.none : t.found(shown.length)}</p>
</form>
${wanted === '' ? topicLinks(topics, view) : html`<p><a href="${linkTo('/', view)}">${t.all}</a></p>`}
${emblems(topics)}
${topics.map((topic) =>
  topicPart(
    topic,
    shown.filter((type) => type.topic === topic),
    view,
  ),
)}
</div>`
  return page({ title: t.product, path, body }, view)
}

function isWanted({ display, formats, id, name }: CatalogueType, wanted: string): boolean {
  const said = [name, id, ...Object.values(formats), ...display.flatMap((one) => [one.name, one.description])]
  const text = said.join(' ').toLowerCase()
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function topicLinks(topics: readonly Topic[], { language }: View): Markup {
  const t = siteTexts(language)
  return html`<nav aria-label="${t.types}"><ul class="topic-links" role="list">${topics.map(
    (topic) => html`<li><a href="#${topic}">${t.topics[topic]}</a></li>`,
  )}</ul></nav>`
}

/** Each emblem once, for all cards of its topic. */
function emblems(topics: readonly Topic[]): Markup {
  const defs = topics.map((topic) => html`<path id="emblem-${topic}" d="${EMBLEMS[topic]}"/>`)
  return html`<svg class="emblems" aria-hidden="true" width="0" height="0"><defs>${defs}</defs></svg>`
}

function topicPart(topic: Topic, types: readonly CatalogueType[], view: View): Markup {
  const t = siteTexts(view.language)
  return html`<section aria-labelledby="${topic}"><h2 id="${topic}">${t.topics[topic]}</h2>
<ul class="type-list" role="list">${types.map((type) => typeEntry(type, view))}</ul></section>`
}

function typeEntry(type: CatalogueType, view: View): Markup {
  const { description, name } = inLanguage(type.display, view.language)
  const { background, text } = type.card
  return html`<li>
<svg class="small-card" viewBox="0 0 ${CARD.width} ${CARD.height}" aria-hidden="true"><rect width="${CARD.width}" height="${CARD.height}" fill="${background}"/><use href="#emblem-${type.topic}" fill="none" stroke="${text}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" transform="translate(128 54) scale(6)"/></svg>
<div><h3><a href="${linkTo(`/types/${type.name}`, view)}">${name}</a></h3><p>${description}</p><p class="small">${Object.keys(type.formats).map(formatName).join(' · ')}</p></div>
</li>`
}
