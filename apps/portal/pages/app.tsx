/**
 * Which page stands at which address. All of them together weigh less than one that is loaded in pieces has to ask for, so they come
 * in one file; languages beside English are loaded when they are chosen.
 */
import './portal.css'
import { Frame, type NavItem } from '@countersign/ui/page/frame'
import { Problem } from '@countersign/ui/page/problem'
import { ui } from '@countersign/ui/text/ui-texts'
import { LocationProvider, Route, Router, useLocation } from 'preact-iso'
import { HomePage } from './home/home-page.tsx'
import { FormPage } from './issue/form-page.tsx'
import { OfferPage } from './issue/offer-page.tsx'
import { TypesPage } from './issue/types-page.tsx'
import { BeginPage } from './operators/begin-page.tsx'
import { LoginPage } from './operators/login-page.tsx'
import { Instance } from './parts/instance.tsx'
import { NothingHere } from './parts/nothing-here.tsx'
import { doors, handOut, takeIn } from './parts/portal-icons.ts'
import { api, instance, refreshSession, session, sessionFailure } from './session.ts'
import { portal } from './text/portal-texts.ts'
import { AskPage } from './verify/ask-page.tsx'
import { RequestPage } from './verify/request-page.tsx'
import { ResultPage } from './verify/result-page.tsx'
import { ReturnPage } from './verify/return-page.tsx'

export function App() {
  return (
    <LocationProvider>
      <Page />
    </LocationProvider>
  )
}

function Page() {
  const { path } = useLocation()
  const t = portal.value
  const isIn = session.value?.login === 'none' || session.value?.login === 'done'
  return (
    <Frame
      name={t.product}
      home="/"
      nav={isIn ? navigation(path) : []}
      account={
        session.value?.operator === undefined ? undefined : <Account name={session.value.operator.name} />
      }
      footer={<AnsweredBy />}
    >
      <Shown path={path} />
    </Frame>
  )
}

function navigation(path: string): readonly NavItem[] {
  const t = portal.value
  const isIssue = path.startsWith('/issue') || path.startsWith('/offers')
  return [
    { href: '/', label: t.home, icon: doors, current: path === '/' },
    { href: '/issue', label: t.issue, icon: handOut, current: isIssue },
    { href: '/verify', label: t.verify, icon: takeIn, current: path.startsWith('/verify') },
  ]
}

/** Two pages are there for whoever is not logged in: the first link, and the way back of a wallet on another device. */
function isPublic(path: string): boolean {
  return path === '/begin' || /^\/verify\/[^/]+\/return$/.test(path)
}

function Shown({ path }: { readonly path: string }) {
  const { login } = session.value ?? {}
  const failure = sessionFailure.value
  if (login === undefined && failure !== undefined)
    return (
      <Problem
        failure={failure}
        product={portal.value.product}
        home="/"
        retry={() => void refreshSession()}
      />
    )
  if (login === undefined) return <p class="muted">{ui.value.loading}</p>
  if (login === 'needed' && !isPublic(path)) return <LoginPage />
  return (
    <Router>
      <Route path="/" component={HomePage} />
      <Route path="/issue" component={TypesPage} />
      <Route path="/issue/:name" component={FormPage} />
      <Route path="/offers/:id" component={OfferPage} />
      <Route path="/verify" component={AskPage} />
      <Route path="/verify/:id" component={RequestPage} />
      <Route path="/verify/:id/result" component={ResultPage} />
      <Route path="/verify/:id/return" component={ReturnPage} />
      <Route path="/begin" component={BeginPage} />
      <Route default component={NothingHere} />
    </Router>
  )
}

function Account({ name }: { readonly name: string }) {
  async function logOut() {
    await api.send('POST', '/logout')
    await refreshSession()
  }
  return (
    <span class="account">
      <bdi>{name}</bdi>
      <button type="button" class="text-button" onClick={() => void logOut()}>
        {portal.value.logOut}
      </button>
    </span>
  )
}

function AnsweredBy() {
  const name = instance.value
  if (name === undefined) return null
  return (
    <>
      {portal.value.answeredBy} <Instance name={name} />
    </>
  )
}
