/** The beginning of every app: its look, its language, its first page. */
import '../style/tokens.css'
import '../style/base.css'
import { type ComponentChild, render } from 'preact'
import { startLanguage } from '../text/texts.ts'

/** Shows the app when its texts are there, in the element with the id `app`. */
export async function startPage(app: () => ComponentChild): Promise<void> {
  const place = document.getElementById('app')
  if (place === null) throw new Error('the page has no place for the app')
  await startLanguage()
  render(app(), place)
}
