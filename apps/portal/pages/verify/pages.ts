/** Verifying, in one file: who begins with one of these pages comes to the next. */
export { AskPage } from './ask-page.tsx'
export { ResultPage } from './result-page.tsx'
export { ReturnPage } from './return-page.tsx'
