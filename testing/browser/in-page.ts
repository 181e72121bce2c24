/**
 * What a test looks at inside a page, as text that runs there: the product's compiler knows no browser, and a page's own
 * policy has no part in it.
 */

/** Title, heading, language: what every page says of itself. */
export const DESCRIPTION = `({
  title: document.title,
  headings: [...document.querySelectorAll('h1')].map((one) => one.textContent),
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
})`

/** What is wider than the page, by its first words. */
export const OVERFLOW = `(() => {
  const root = document.documentElement
  if (root.scrollWidth <= root.clientWidth) return []
  return [...document.querySelectorAll('body *')]
    .filter((one) => {
      const { left, right, width } = one.getBoundingClientRect()
      return width > 0 && (right > root.clientWidth + 0.5 || left < -0.5) && !one.closest('.visually-hidden, .skip, .file-input')
    })
    .map((one) => one.tagName.toLowerCase() + '.' + one.className + ' ' + (one.textContent ?? '').trim().slice(0, 40))
})()`

/** Controls that are smaller than 24 by 24; a link within a sentence may be (WCAG 2.5.8). */
export const SMALL_TARGETS = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((one) => !one.closest('.visually-hidden, .skip') && one.tabIndex >= 0)
  .filter((one) => !(one.tagName === 'A' && getComputedStyle(one).display === 'inline'))
  .map((one) => ({ one, box: (one.closest('label') ?? one).getBoundingClientRect() }))
  .filter(({ box }) => box.width < 24 || box.height < 24)
  .map(({ one, box }) => one.outerHTML.slice(0, 80) + ' ' + Math.round(box.width) + 'x' + Math.round(box.height))`

/** Where focus is: what it is on, how it shows, and what lies over it. */
export const FOCUSED = `(() => {
  const one = document.activeElement
  if (one === null || one === document.body) return undefined
  const shown = one.closest('label') ?? one
  const { left, top, width, height } = one.getBoundingClientRect()
  const style = getComputedStyle(one)
  const x = left + width / 2
  const y = top + height / 2
  const above = document.elementFromPoint(x, y)
  const radios = one.type === 'radio' ? [...document.getElementsByName(one.name)] : [one]
  return {
    name: one.tagName.toLowerCase() + ' ' + (one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40),
    place: [...document.querySelectorAll('*')].indexOf(one),
    group: Math.min(...radios.map((radio) => [...document.querySelectorAll('*')].indexOf(radio))),
    inView: y >= 0 && y <= innerHeight && x >= 0 && x <= innerWidth,
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    covered: above !== null && !shown.contains(above) && !above.contains(one),
  }
})()`

/** So that the next Tab leads to the first stop of the document, or of the question that stops it. */
export const TO_THE_BEGINNING = `(() => {
  const root = document.querySelector('dialog[open]') ?? document.body
  root.tabIndex = -1
  root.focus()
  root.removeAttribute('tabindex')
})()`

/** How many stops the Tab key has: a group of radio buttons is one. */
export const TAB_STOPS = `(() => {
  const root = document.querySelector('dialog[open]') ?? document
  const all = [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }))
  const names = new Set()
  return all.filter((one) => {
    if (one.type !== 'radio') return true
    if (names.has(one.name)) return false
    names.add(one.name)
    return true
  }).length
})()`

export const AXE = `axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}).then(({ violations }) => violations.map(({ id, help, nodes }) => id + ': ' + help + ' — ' +
  nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + (failureSummary ?? '').split('\\n').slice(1, 2).join('')).slice(0, 3).join(' | ')))`

export const showLanguage = (language: string): string =>
  `document.dispatchEvent(new CustomEvent('countersign:language', { detail: '${language}' }))`

export const textAt = (percent: number): string =>
  `void (document.documentElement.style.fontSize = '${percent}%')`
