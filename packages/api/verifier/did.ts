/** `GET /.well-known/did.json`, or `/did.json` below a path (DID Core 1.0 §5, did:web). */
import { jsonObject } from '../json.ts'

export const didDocument = jsonObject.describe('The DID document')
