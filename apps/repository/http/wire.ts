/** Refusals of the catalogue as HTTP errors: every public text of the repository is here. */
import { type WireError, type WireErrors, wireError } from '@countersign/service/http/answers/wire-errors'
import type { CatalogueRefusal } from './shelves.ts'

/** Scripts of the field expect a 400 for a name that there is not, in these words. */
const refusals: WireErrors<CatalogueRefusal> = {
  type_unknown: ({ name, known }) => ({
    status: 400,
    message: `No credential found named: "${name}". Available credentials: ${known.join(', ')}`,
  }),
  format_not_of_type: ({ type, format, known }) => ({
    status: 400,
    message: `${type} does not come as ${format}, but as ${known.join(', ')}`,
  }),
  type_without_metadata: ({ type }) => ({ status: 404, message: `${type} does not come as an SD-JWT VC` }),
  vct_unknown: ({ vct }) => ({ status: 404, message: `No type has the vct ${vct}` }),
}

export function catalogueError(refusal: CatalogueRefusal): WireError {
  return wireError(refusals, refusal)
}
