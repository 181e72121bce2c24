/** What the API does with bulks. Loaded with the first call about one. */
export { jobView, shelfOf } from './bulk-issuer.ts'
export { cancelJob, findJob } from './bulk-jobs.ts'
export { offersAsText } from './read-offers.ts'
export { readCsv, readJsonLines } from './read-rows.ts'
export { takeBulk } from './take-bulk.ts'
