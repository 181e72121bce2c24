/** Strokes of the portal's own icons, on a square of 24 like those of `ui`. */
export const handOut = 'M12 16V5M7 9.5l5-5 5 5M4.5 20h15'
export const takeIn = 'M12 4v11M7 10.5l5 5 5-5M4.5 20h15'
export const doors = 'M4 20V9.5L12 4l8 5.5V20M9.500 20v-6h5v6'
export const terminal = 'M5 7l5 5-5 5M12.5 17H19'
export const chain =
  'M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3.6 3.600a4 4 0 0 0 5.7 5.7l1-1'
export const rack =
  'M6 4.5h12a2 2 0 0 1 2 2V9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6.5a2 2 0 0 1 2-2ZM6 13h12a2 2 0 0 1 2 2v2.5a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V15a2 2 0 0 1 2-2ZM8 7.75v.01M8 16.25v.01'
export const rows = 'M8.5 6H20M8.5 12H20M8.5 18H20M4 6v.01M4 12v.01M4 18v.01'
export const shield = 'M12 3.5 5 6v5.5c0 4.3 2.9 7.4 7 9 4.1-1.6 7-4.7 7-9V6l-7-2.5ZM9 12l2.2 2.2L15.2 10'
export const playSign = 'M8 5.5v13l10.5-6.5L8 5.5Z'
export const pauseSign = 'M8 6h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2Z'
