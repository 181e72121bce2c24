/** The wallet's pages by their addresses. Whoever is not logged in sees the welcome page at the same address, and goes on there. */
import { cards, clock, scan, settings } from '@countersign/ui/elements/icons'
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { firstPart, type Parts, partAt } from '@countersign/ui/page/first-part'
import { Frame } from '@countersign/ui/page/frame'
import { Problem } from '@countersign/ui/page/problem'
import { textsThere } from '@countersign/ui/text/texts'
import { ui } from '@countersign/ui/text/ui-texts'
import type { ComponentChildren } from 'preact'
import { LocationProvider, lazy, Route, Router, useLocation } from 'preact-iso'
import { rememberedWallet } from './account/remembered.ts'
import { findVisitor, logOut, visitor, visitorFailure } from './account/session.ts'
import { AwayPage } from './cards/away-page.tsx'
import { Fetching, HomePage } from './cards/home-page.tsx'
import { Loading } from './exchange/states.tsx'
import { wallet } from './texts/wallet-texts.ts'

/** A page with texts of its own. It is shown when they are there as well; until then the page before stays. */
function withTexts<Page>(load: () => Promise<Page>) {
  return lazy(async () => {
    const page = await load()
    await textsThere()
    return page
  })
}

const WelcomePage = lazy(async () => (await import('./account/welcome-page.tsx')).WelcomePage)
const CardPage = lazy(async () => (await import('./cards/card-page.tsx')).CardPage)
const ScanPage = lazy(async () => (await import('./scan/scan-page.tsx')).ScanPage)
const OpenPage = lazy(async () => (await import('./scan/open-page.tsx')).OpenPage)
const OfferPage = lazy(async () => (await import('./receive/offer-page.tsx')).OfferPage)
const AuthorizedPage = lazy(async () => (await import('./receive/authorized-page.tsx')).AuthorizedPage)
const RequestPage = lazy(async () => (await import('./present/request-page.tsx')).RequestPage)
const HistoryPage = withTexts(async () => (await import('./history/history-page.tsx')).HistoryPage)
const SettingsPage = withTexts(async () => (await import('./settings/settings-page.tsx')).SettingsPage)
const KeysPage = withTexts(async () => (await import('./keys/keys-page.tsx')).KeysPage)
const RecoverPage = lazy(async () => (await import('./account/recover-page.tsx')).RecoverPage)
const ResetPage = withTexts(async () => (await import('./account/reset-page.tsx')).ResetPage)
const HelpPage = lazy(async () => (await import('./help-page.tsx')).HelpPage)

/** What is loaded later for whoever is logged in, by its address as the router has it. */
const LATER = {
  '/cards/:id': CardPage,
  '/scan': ScanPage,
  '/open': OpenPage,
  '/api/siop/:what': OpenPage,
  '/offers/:id': OfferPage,
  '/authorized': AuthorizedPage,
  '/requests/:id': RequestPage,
  '/history': HistoryPage,
  '/settings': SettingsPage,
  '/keys': KeysPage,
  '/recover': SettingsPage,
}

/** For everybody; at every other address a stranger sees the welcome page. */
const PUBLIC: Parts = { '/help': HelpPage, '/reset': ResetPage }
const STRANGERS: Parts = { ...PUBLIC, '/recover': RecoverPage }

/** Whom nobody answered has no use for it. */
export async function firstPicture(): Promise<void> {
  const { state } = visitor.peek()
  const { pathname } = location
  if (state === 'in') await firstPart(partAt({ ...LATER, ...PUBLIC }, pathname))
  if (state === 'out') await firstPart(partAt(STRANGERS, pathname) ?? WelcomePage)
}

export function App() {
  return (
    <LocationProvider>
      <Shell>
        <Pages />
      </Shell>
    </LocationProvider>
  )
}

function Shell({ children }: { readonly children: ComponentChildren }) {
  const t = wallet.value
  const { path } = useLocation()
  // Whoever was in when there was a network finds the way to what was kept, and out.
  const isIn =
    visitor.value.state === 'in' || (visitor.value.state === 'asking' && visitorFailure.value !== undefined)
  return (
    <Frame
      name={t.product}
      home="/"
      nav={
        isIn
          ? [
              { href: '/', label: t.cards, icon: cards, current: path === '/' || path.startsWith('/cards/') },
              { href: '/scan', label: t.scanShort, icon: scan, current: path === '/scan' },
              { href: '/history', label: t.history, icon: clock, current: path === '/history' },
              {
                href: '/settings',
                label: t.settings,
                icon: settings,
                current: path === '/settings' || path === '/keys',
              },
            ]
          : []
      }
      footer={
        <>
          <a href="/help">{ui.value.help}</a>
          {isIn && (
            <button type="button" onClick={() => void logOut()}>
              {t.logOut}
            </button>
          )}
        </>
      }
    >
      {children}
    </Frame>
  )
}

function Pages() {
  const { path } = useLocation()
  const failure = visitorFailure.value
  const who = visitor.value
  if (path === '/help') return <Help />
  if (who.state === 'asking' && failure !== undefined) return <Away failure={failure} />
  if (path === '/reset') return <Router>{[<Route key="reset" default component={ResetPage} />]}</Router>
  if (who.state === 'asking') return path === '/' ? <Fetching /> : <Loading />
  if (who.state === 'out' && path === '/recover')
    return <Router>{[<Route key="recover" default component={RecoverPage} />]}</Router>
  if (who.state === 'out') return <Router>{[<Route key="welcome" default component={WelcomePage} />]}</Router>
  const { walletId } = who
  return (
    <Router>
      <Route path="/" component={HomePage} walletId={walletId} />
      {Object.entries(LATER).map(([path, page]) => (
        <Route key={path} path={path} component={page} walletId={walletId} />
      ))}
      <Route default component={NotThere} />
    </Router>
  )
}

function Away({ failure }: { readonly failure: CallFailure }) {
  const shown = { failure, walletId: rememberedWallet() ?? '', retry: () => void findVisitor() }
  return <Router>{[<Route key="away" default component={AwayPage} {...shown} />]}</Router>
}

function Help() {
  return <Router>{[<Route key="help" default component={HelpPage} />]}</Router>
}

function NotThere() {
  const failure = { kind: 'refused', status: 404, message: 'no such page' } as const
  return <Problem failure={failure} product={wallet.value.product} home="/" />
}
