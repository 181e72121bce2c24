/** Strokes of the portal's own icons, on a square of 24 like those of `ui`. */
export const handOut = 'M12 16V5M7 9.5l5-5 5 5M4.5 20h15'
export const takeIn = 'M12 4v11M7 10.5l5 5 5-5M4.5 20h15'
export const doors = 'M4 20V9.5L12 4l8 5.5V20M9.500 20v-6h5v6'
export const terminal = 'M5 7l5 5-5 5M12.5 17H19'
export const chain =
  'M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3.6 3.600a4 4 0 0 0 5.7 5.7l1-1'
