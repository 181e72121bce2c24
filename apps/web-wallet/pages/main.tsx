/** The entry of the wallet's pages. */
import { startPage } from '@countersign/ui/page/start-page'
import { App } from './app.tsx'
import './wallet.css'

void startPage(() => <App />)
