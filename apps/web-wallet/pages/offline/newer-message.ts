/** What a page says to the worker that waits, when somebody pressed the button. */
export const USE_NEWER = 'use'
