/**
 * The invented brands' marks: plain geometry around the origin, within 50 units to every side, in one colour.
 * `ink` is the mark's colour, `hole` shows through it.
 */
type Draw = (ink: string, hole: string) => string

const bar = (x: number, y: number, width: number, height: number, ink: string, opacity = 1): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${Math.min(width, height) / 2}" fill="${ink}" fill-opacity="${opacity}"/>`
const dot = (x: number, y: number, radius: number, ink: string, opacity = 1): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${ink}" fill-opacity="${opacity}"/>`
const shape = (d: string, ink: string, opacity = 1): string =>
  `<path d="${d}" fill="${ink}" fill-opacity="${opacity}"/>`
const line = (d: string, ink: string, width: number, opacity = 1): string =>
  `<path d="${d}" fill="none" stroke="${ink}" stroke-opacity="${opacity}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`

const STAR = 'M0 -50C5 -17 17 -5 50 0C17 5 5 17 0 50C-5 17 -17 5 -50 0C-17 -5 -5 -17 0 -50Z'

export const MARKS = {
  /** A star whose middle plays. */
  xingmu: (ink, hole) =>
    shape(STAR, ink) +
    `<path d="M-7 -12L13 0L-7 12Z" fill="${hole}" stroke="${hole}" stroke-width="5" stroke-linejoin="round"/>`,
  /** Light rising over a screen's edge. */
  liuming: (ink) =>
    [46, 31, 16]
      .map((radius, index) => line(`M${-radius} 18A${radius} ${radius} 0 0 1 ${radius} 18`, ink, 9, 1 - index * 0.22))
      .join('') + bar(-50, 31, 100, 9, ink),
  /** A tail of sound. */
  lanque: (ink) =>
    [18, 40, 64, 92, 70, 46, 22]
      .map((height, index) => bar(-49 + index * 14.6, -height / 2, 9.4, height, ink, index === 3 ? 1 : 0.86))
      .join(''),
  /** A word and its echoes. */
  huisheng: (ink) =>
    dot(-32, 0, 14, ink) +
    [26, 46, 66]
      .map((radius, index) => {
        const y = radius * 0.72
        return line(
          `M${-32 + radius * 0.69} ${-y}A${radius} ${radius} 0 0 1 ${-32 + radius * 0.69} ${y}`,
          ink,
          9,
          1 - index * 0.25,
        )
      })
      .join(''),
  /** An inkstone with its drop. */
  yantai: (ink, hole) =>
    `<rect x="-44" y="-44" width="88" height="88" rx="24" fill="${ink}"/>` +
    `<circle r="27" fill="${hole}"/>` +
    shape('M0 -19C10 -6 14 0 14 7A14 14 0 0 1 -14 7C-14 0 -10 -6 0 -19Z', ink),
  /** A folded crane. */
  zhihe: (ink) =>
    shape('M-50 -14L6 -4L-8 26Z', ink, 0.6) +
    shape('M6 -4L-8 26L26 12Z', ink, 0.82) +
    shape('M6 -4L20 -46L26 12Z', ink) +
    shape('M26 12L20 -14L50 -26L40 -10Z', ink, 0.7) +
    shape('M-8 26L26 12L4 46Z', ink, 0.5),
  /** Brackets around a stroke. */
  majiang: (ink) =>
    line('M-22 -28L-46 0L-22 28', ink, 11) + line('M22 -28L46 0L22 28', ink, 11) + line('M9 -38L-9 38', ink, 11, 0.7),
  /** An island of blocks. */
  pixel: (ink) =>
    [
      [0, -2],
      [-1, -1],
      [0, -1],
      [1, -1],
      [-2, 0],
      [-1, 0],
      [0, 0],
      [1, 0],
      [2, 0],
      [-1, 1],
      [1, 1],
    ]
      .map(
        ([x = 0, y = 0]) =>
          `<rect x="${x * 20 - 9}" y="${y * 20 + 1}" width="18" height="18" rx="4" fill="${ink}" fill-opacity="${y === 1 ? 0.5 : y === -2 ? 1 : 0.9}"/>`,
      )
      .join(''),
  /** A planet and what circles it. */
  xinggui: (ink) =>
    dot(0, 0, 23, ink) +
    `<g transform="rotate(-24)"><ellipse rx="49" ry="17" fill="none" stroke="${ink}" stroke-width="6" stroke-opacity=".75"/></g>` +
    dot(40, -31, 8.5, ink),
  /** An open book, page over page. */
  wanjuan: (ink) =>
    shape('M-4 -26C-18 -38 -36 -38 -50 -30V32C-36 24 -18 24 -4 36Z', ink) +
    shape('M4 -26C18 -38 36 -38 50 -30V32C36 24 18 24 4 36Z', ink, 0.68),
  /** Steps up to the sun. */
  zhigeng: (ink) =>
    dot(26, -26, 20, ink) +
    bar(-48, 26, 96, 14, ink) +
    bar(-48, 5, 66, 14, ink, 0.82) +
    bar(-48, -16, 38, 14, ink, 0.64),
  /** A cloud with an arrow up. */
  lanpan: (ink, hole) =>
    shape('M-28 34A22 22 0 0 1 -31 -10A34 34 0 0 1 34 -18A26.5 26.5 0 0 1 26 34Z', ink) +
    line('M0 22V-8M-13 4L0 -9L13 4', hole, 8.5),
  /** Faster and faster. */
  zhulu: (ink) =>
    [-46, -16, 14].map((x, index) => line(`M${x} -30L${x + 30} 0L${x} 30`, ink, 13, 0.45 + index * 0.275)).join(''),
  /** A mountain in a cup's round. */
  beishan: (ink, hole) =>
    dot(0, 0, 48, ink) +
    `<path d="M-34 28L-9 -12L6 9L15 -3L35 28Z" fill="${hole}" stroke="${hole}" stroke-width="6" stroke-linejoin="round"/>` +
    dot(20, -20, 7, hole),
  /** Two leaves. */
  banxia: (ink) =>
    shape('M0 44C-46 30 -50 -16 -30 -46C-2 -26 10 6 0 44Z', ink) +
    shape('M6 44C6 14 22 -12 48 -22C54 12 40 38 6 44Z', ink, 0.66),
  /** A sail before the wind. */
  baifan: (ink) =>
    shape('M-4 -48V22H-42C-38 -4 -24 -32 -4 -48Z', ink) +
    shape('M6 -30C24 -18 36 2 38 22H6Z', ink, 0.7) +
    line('M-46 38C-30 48 -16 28 0 38C16 48 30 28 46 38', ink, 8, 0.9),
} as const satisfies Record<string, Draw>

export type MarkName = keyof typeof MARKS
