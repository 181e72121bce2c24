/** Pages that show a code and wait, in one file: what draws a code is a third of it, and no other page needs it. */
export { OfferPage } from './issue/offer-page.tsx'
export { RequestPage } from './verify/request-page.tsx'
