/** A browser at an authorization server's page of ours: opens it, and presses a button. */
import { type Answer, call, expectStatus, postForm } from './http.ts'

/** The page, and what its form needs. */
export interface AskingPage {
  readonly answer: Answer
  readonly action: string
  readonly authorization: string
  readonly cookie: string
}

export async function openAskingPage(url: string): Promise<AskingPage> {
  const answer = expectStatus(await call(url), 200)
  const valueAfter = (pattern: RegExp) => pattern.exec(answer.text)?.[1] ?? ''
  return {
    answer,
    action: new URL(valueAfter(/<form[^>]* action="([^"]+)"/), url).href,
    authorization: valueAfter(/name="authorization" value="([\w-]+)"/),
    cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '',
  }
}

/** The answer sends the browser on. */
export function press(
  { action, authorization, cookie }: AskingPage,
  decision: 'approve' | 'deny',
): Promise<Answer> {
  const form = new URLSearchParams({ authorization, decision })
  return postForm(action, form.toString(), { cookie, 'sec-fetch-site': 'same-origin' })
}

/** What stands behind `?` where the browser is sent. */
export function queryOf(answer: Answer): string {
  return new URL(answer.headers.get('location') ?? '').search.slice(1)
}
