/**
 * What a test looks at inside a page, as text that runs there: the product's compiler knows no browser, and a page's own
 * policy has no part in it.
 */

/** What a page is like as it stands: what it says of itself, what is wider than the page, which targets are too small. */
export const LOOK = `(() => {
  const root = document.documentElement
  const hidden = '.visually-hidden, .skip, .file-input'
  const called = (one) => one.tagName.toLowerCase() + '.' + one.className + ' ' + (one.textContent ?? '').trim().slice(0, 40)
  const isWide = (one) => {
    const { left, right, width } = one.getBoundingClientRect()
    return width > 0 && (right > root.clientWidth + 0.5 || left < -0.5) && !one.closest(hidden)
  }
  const wide = root.scrollWidth <= root.clientWidth ? [] : [...document.querySelectorAll('body *')].filter(isWide)
  // A link within a sentence may be smaller than 24 by 24 (WCAG 2.5.8).
  const small = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter((one) => !one.closest('.visually-hidden, .skip') && one.tabIndex >= 0)
    .filter((one) => !(one.tagName === 'A' && getComputedStyle(one).display === 'inline'))
    .map((one) => ({ one, box: (one.closest('label') ?? one).getBoundingClientRect() }))
    .filter(({ box }) => box.width < 24 || box.height < 24)
  return {
    title: document.title,
    headings: [...document.querySelectorAll('h1')].map((one) => one.textContent),
    lang: root.lang,
    dir: root.dir,
    wide: wide.map(called),
    small: small.map(({ one, box }) => one.outerHTML.slice(0, 80) + ' ' + Math.round(box.width) + 'x' + Math.round(box.height)),
  }
})()`

export interface Look {
  readonly title: string
  readonly headings: readonly string[]
  readonly lang: string
  readonly dir: string
  readonly wide: readonly string[]
  readonly small: readonly string[]
}

/**
 * Goes to the beginning of the document, or of the question that stops it, and writes down each stop of the Tab key from there:
 * what focus is on, how it shows, and what lies over it. A stop is looked at when the key comes up, which is after the page was
 * scrolled to it. Resolves with how many stops there are at least: a group of radio buttons is one, a date has several.
 */
export const WATCH_FOCUS = `(() => {
  window.countersignFocus?.ended.abort()
  const stops = []
  const seen = new Set()
  const ended = new AbortController()
  const all = () => [...document.querySelectorAll('*')]
  const called = (one) => one.tagName.toLowerCase() + ' ' + (one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40)
  const groupOf = (one) => (one.type === 'radio' ? [...document.getElementsByName(one.name)] : [one])
  const look = (one) => {
    const shown = one.closest('label') ?? one
    const { left, top, width, height } = one.getBoundingClientRect()
    const style = getComputedStyle(one)
    const x = left + width / 2
    const y = top + height / 2
    const above = document.elementFromPoint(x, y)
    return {
      name: called(one),
      place: all().indexOf(one),
      group: Math.min(...groupOf(one).map((member) => all().indexOf(member))),
      // Of what is higher than the window an edge is scrolled to, and not the middle.
      inView: (height > innerHeight ? top < innerHeight && top + height > 0 : y >= 0 && y <= innerHeight) && x >= 0 && x <= innerWidth,
      outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
      covered: above !== null && !shown.contains(above) && !above.contains(one),
    }
  }
  addEventListener('keyup', ({ key }) => {
    const one = document.activeElement
    if (key !== 'Tab') return
    seen.add(one)
    stops.push(one === null || one === document.body ? null : look(one))
  }, { capture: true, signal: ended.signal })
  const root = document.querySelector('dialog[open]') ?? document
  const controls = [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((one) => one.tabIndex >= 0 && !one.matches(':disabled, [inert] *') && one.checkVisibility({ visibilityProperty: true }))
    .filter((one, _, list) => list.find((other) => groupOf(one).includes(other)) === one)
  const missed = () => controls.filter((one) => one.isConnected && !groupOf(one).some((member) => seen.has(member))).map(called)
  window.countersignFocus = { stops, missed, ended }
  const beginning = root === document ? document.body : root
  beginning.tabIndex = -1
  beginning.focus()
  beginning.removeAttribute('tabindex')
  return controls.length
})()`

export interface FocusStop {
  readonly name: string
  readonly place: number
  readonly group: number
  readonly inView: boolean
  readonly outlined: boolean
  readonly covered: boolean
}

export interface FocusWalk {
  /** Null where focus was on nothing of the page. */
  readonly stops: readonly (FocusStop | null)[]
  /** Controls that focus was never on. */
  readonly missed: readonly string[]
}

export const FOCUS_WALK = `({ stops: countersignFocus.stops, missed: countersignFocus.missed() })`

/**
 * Everything that axe finds. \`onlyColours\`: the rules whose findings are of colours, for a theme in which nothing but colours
 * is different.
 */
export const axe = (onlyColours: boolean): string => `axe.run(document, {
  ${
    onlyColours
      ? "runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }"
      : "runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
  },
  resultTypes: ['violations'],
}).then(({ violations }) => violations.map(({ id, help, nodes }) => id + ': ' + help + ' — ' +
  nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + (failureSummary ?? '').split('\\n').slice(1, 2).join('')).slice(0, 3).join(' | ')))`

/** All that a theme may leave as it is: what is there, where, and whether it is seen. */
export const FORM = `[...document.querySelectorAll('*')].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect()
  const isSeen = one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  return [one.tagName, x, y, width, height, isSeen].join(' ')
}).join('\\n')`

/** Resolves when the page was drawn in it; its texts are there when the language is named. */
export const showLanguage = (id: string, tag: string): string => `new Promise((resolve) => {
  const root = document.documentElement
  const isNamed = () => root.lang === '${tag}'
  const observer = new MutationObserver(() => isNamed() && drawn())
  const drawn = () => {
    observer.disconnect()
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))
  }
  observer.observe(root, { attributes: true, attributeFilter: ['lang'] })
  document.dispatchEvent(new CustomEvent('countersign:language', { detail: '${id}' }))
  if (isNamed()) drawn()
})`

export const textAt = (percent: number): string =>
  `void (document.documentElement.style.fontSize = '${percent}%')`
