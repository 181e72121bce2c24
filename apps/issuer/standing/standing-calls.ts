/** For offers that several take, and for those who come without one. Loaded with the first of them. */
export { beginIssuance, promisedFor } from './begin-issuance.ts'
export { openProfileFinder } from './standing-offers.ts'
