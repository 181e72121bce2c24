/** The strokes of each icon on a square of 24. One constant an icon, so that a page carries those it shows. */
export const check = 'm5 12.5 4.5 4.5L19 7.5'
export const cross = 'm6.5 6.5 11 11m0-11-11 11'
export const dash = 'M6 12h12'
const ring = 'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z'
export const info = `${ring}M12 11v5.2M12 7.8v.1`
export const good = `${ring}M8 12.3l2.8 2.8L16 9.7`
export const clock = `${ring}M12 7v5.3l3.3 2`
export const warning =
  'M10.6 4.3 2.9 17.6A1.6 1.6 0 0 0 4.3 20h15.4a1.6 1.6 0 0 0 1.4-2.4L13.4 4.3a1.6 1.6 0 0 0-2.8 0ZM12 9.5v4.2M12 16.8v.1'
export const failure =
  'M7.5 3.5h9a4 4 0 0 1 4 4v9a4 4 0 0 1-4 4h-9a4 4 0 0 1-4-4v-9a4 4 0 0 1 4-4ZM9 9l6 6m0-6-6 6'
export const scan =
  'M4 8.5V6a2 2 0 0 1 2-2h2.5M15.5 4H18a2 2 0 0 1 2 2v2.5M20 15.5V18a2 2 0 0 1-2 2h-2.5M8.5 20H6a2 2 0 0 1-2-2v-2.5M7.5 12h9'
export const cards =
  'M5.5 8h13A2.5 2.5 0 0 1 21 10.5v7a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 17.5v-7A2.5 2.5 0 0 1 5.5 8ZM6 4.5h12M3 12.5h18'
export const identity =
  'M5.5 5h13A2.5 2.5 0 0 1 21 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 16.5v-9A2.5 2.5 0 0 1 5.5 5ZM10.7 11a2 2 0 1 1-4 0 2 2 0 0 1 4 0ZM5.8 16c.5-1.6 1.6-2.3 2.9-2.3s2.4.7 2.9 2.3M14.5 10H18M14.5 14H18'
export const licence =
  'M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0ZM14.2 12a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0ZM3.8 10.5c5.2-2.3 11.2-2.3 16.4 0M10.3 13.5c-1.5 1.7-2 4-1.7 6.3M13.7 13.5c1.5 1.7 2 4 1.7 6.3'
export const diploma =
  'M12 5 2.5 9.5 12 14l9.5-4.5L12 5ZM6.5 11.5v4.3c1.6 1.5 3.4 2.2 5.5 2.2s3.9-.7 5.5-2.2v-4.3M21.5 9.5V15'
export const health =
  'M12 20C6.5 16.3 3.5 13 3.5 9.3A4.6 4.6 0 0 1 12 6.7a4.6 4.6 0 0 1 8.5 2.6c0 3.7-3 7-8.5 10.7ZM12 9.8v5M9.5 12.3h5'
export const forward = 'M5 12h14M13 6l6 6-6 6'
export const back = 'M19 12H5M11 6l-6 6 6 6'
export const down = 'm6 9.5 6 6 6-6'
export const again = 'M20 5v5h-5M4 19v-5h5M5.2 9A7.5 7.5 0 0 1 19.5 10M18.8 15A7.5 7.5 0 0 1 4.5 14'
export const copy =
  'M11 8.5h7a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 8.5 18v-7A2.5 2.5 0 0 1 11 8.5ZM15.5 5.5V5A2 2 0 0 0 13.5 3h-8a2 2 0 0 0-2 2v8.5a2 2 0 0 0 2 2H6'
export const lock =
  'M7.5 10.5h9a2.5 2.5 0 0 1 2.5 2.5v4.5a2.5 2.5 0 0 1-2.5 2.5h-9A2.5 2.5 0 0 1 5 17.5V13a2.5 2.5 0 0 1 2.5-2.5ZM8 10.5V8a4 4 0 0 1 8 0v2.5'
export const picture =
  'M6 4.500h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2ZM4.500 16.500l4.500-4.500 3.500 3.500 2.500-2.500 4.500 4.500M15.800 9a1.300 1.300 0 1 1-2.600 0 1.300 1.300 0 0 1 2.600 0Z'
export const plus = 'M12 5v14M5 12h14'
export const key = 'M14 10a4.500 4.500 0 1 1-9 0 4.500 4.500 0 0 1 9 0ZM12.700 13.200 19.500 20M16.500 17l2-2'
export const settings =
  'M4 7h9M17.5 7H20M4 17h2.500M11 17h9M17.500 7a2.300 2.300 0 1 1-4.600 0 2.300 2.300 0 0 1 4.600 0ZM11 17a2.300 2.300 0 1 1-4.600 0 2.300 2.300 0 0 1 4.600 0Z'
