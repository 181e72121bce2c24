/** An address without a page. The server has none there either; asked for it, it says under which id that stands in its log. */
import { fetchJson } from '@countersign/ui/http/fetch-json'
import { NotLoaded } from './loading.tsx'
import { useLoaded } from './use-loaded.ts'

const NO_PAGE = { kind: 'refused', status: 404, message: 'no page at this address' } as const

export function NothingHere() {
  const address = `${location.origin}${location.pathname}`
  const { failure = NO_PAGE } = useLoaded(() => fetchJson(address), address)
  return <NotLoaded failure={failure} />
}
