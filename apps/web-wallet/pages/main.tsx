/** The entry of the wallet's pages. */
import { startPage } from '@countersign/ui/page/start-page'
import { startTheme } from '@countersign/ui/page/theme'
import { findVisitor } from './account/session.ts'
import { App, firstPicture } from './app.tsx'
import { startWorker } from './offline/start-worker.ts'
import './wallet.css'

startTheme()

void startPage(() => <App />, findVisitor().then(firstPicture)).then(startWorker)
