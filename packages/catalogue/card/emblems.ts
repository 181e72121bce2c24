/** The sign of each topic: strokes on a square of 24. */
import type { Topic } from '../topics.ts'

export const EMBLEMS: Readonly<Record<Topic, string>> = {
  identity: 'M16 8.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  age: 'M5 6.5h14v13H5ZM5 10.5h14M9 4v4M15 4v4M9.5 15l2 2 3.5-4',
  driving:
    'M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0ZM14 12a2 2 0 1 1-4 0 2 2 0 0 1 4 0ZM10 12H3.6M14 12h6.4M12 14v6.4',
  education: 'M12 5 3 9.2l9 4.3 9-4.3ZM7 11.2v4.3c1.5 1.3 3.1 2 5 2s3.5-.7 5-2v-4.3M20 9.8v5',
  employment: 'M4 8h16v11H4ZM9 8V5h6v3M4 13h16',
  health: 'M9.5 4h5v5.5H20v5h-5.5V20h-5v-5.5H4v-5h5.5Z',
  travel: 'M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0ZM15.5 8.5l-2 5-5 2 2-5Z',
  tickets: 'M4 7h16v3.2a1.8 1.8 0 0 0 0 3.6V17H4v-3.2a1.8 1.8 0 0 0 0-3.6ZM14 7v10',
  membership: 'M12 4l2.4 5 5.5.7-4 3.8 1 5.5-4.9-2.7-4.9 2.7 1-5.5-4-3.8 5.5-.7Z',
  payment: 'M3.5 6.5h17v11h-17ZM3.5 10h17M7 14.5h4',
  business: 'M5 20V5h9v15M14 10h5v10M3.5 20h17M8 8.5h3M8 12h3M8 15.5h3',
  residence: 'M4 11.5 12 4.5l8 7M6 10v9.5h12V10M10 19.5v-5h4v5',
  other: 'M4 10.5 9.5 17 20 6',
}
