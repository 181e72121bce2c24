/** The portal's pages begin here. */
import { startPage } from '@countersign/ui/page/start-page'
import { App, firstPicture } from './app.tsx'
import { startSession } from './session.ts'

void startPage(() => <App />, startSession().then(firstPicture))
