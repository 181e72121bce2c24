/** Issuing and verifying, in one file: who begins with one of these pages comes to the next. */
export { FormPage } from './issue/form-page.tsx'
export { OfferPage } from './issue/offer-page.tsx'
export { TypesPage } from './issue/types-page.tsx'
export { AskPage } from './verify/ask-page.tsx'
export { RequestPage } from './verify/request-page.tsx'
export { ResultPage } from './verify/result-page.tsx'
export { ReturnPage } from './verify/return-page.tsx'
