/** What people call a format. */
import type { FormatId } from '../contract/format-id.ts'

const NAMES: Readonly<Record<FormatId, string>> = {
  'dc+sd-jwt': 'SD-JWT VC',
  mso_mdoc: 'ISO mdoc',
  jwt_vc_json: 'W3C VC 1.1 (JWT)',
  'vc+jwt': 'W3C VC 2.0 (JWT)',
  'vc+sd-jwt': 'W3C VC 2.0 (SD-JWT)',
}

/** Its identifier where nobody has another word for it. */
export function formatName(id: FormatId): string {
  return NAMES[id] ?? id
}
