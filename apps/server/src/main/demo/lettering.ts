/**
 * A line alphabet, drawn here so that pictures need no font of the machine: for each letter its width and its strokes,
 * 14 units high.
 */
const LETTERS: Readonly<Record<string, readonly [width: number, strokes: string]>> = {
  A: [10, 'M0 14L5 0L10 14M2 9.2H8'],
  B: [8.5, 'M0 0V14H5A3.6 3.6 0 0 0 5 6.8H0M0 0H4.6A3.4 3.4 0 0 1 4.6 6.8'],
  C: [11, 'M11 1.26A7 7 0 1 0 11 12.74'],
  D: [10, 'M0 0V14H3A7 7 0 0 0 3 0Z'],
  E: [7, 'M7 0H0V14H7M0 7H6'],
  F: [7, 'M7 0H0V14M0 7H6'],
  G: [14, 'M11.5 1.64A7 7 0 1 0 14 7H8.5'],
  H: [9, 'M0 0V14M9 0V14M0 7H9'],
  I: [0, 'M0 0V14'],
  J: [6, 'M6 0V10.4A3.6 3.6 0 0 1 -0.6 11.8'],
  K: [8.5, 'M0 0V14M8.5 0L0 8M3 5.2L8.5 14'],
  L: [7, 'M0 0V14H7'],
  M: [12, 'M0 14V0L6 9L12 0V14'],
  N: [10, 'M0 14V0L10 14V0'],
  O: [14, 'M7 0A7 7 0 1 1 6.99 0Z'],
  P: [8, 'M0 14V0H4A4 4 0 0 1 4 8H0'],
  Q: [14, 'M7 0A7 7 0 1 1 6.99 0ZM9 9L14 14'],
  R: [8.5, 'M0 14V0H4A4 4 0 0 1 4 8H0M4 8L8.5 14'],
  S: [8, 'M7.6 2.4C6.8 .8 5.4 0 4 0C1.8 0 .4 1.5 .4 3.5C.4 8 8 6 8 10.5C8 12.6 6.4 14 4.1 14C2.4 14 1 13.1 .2 11.5'],
  T: [9, 'M0 0H9M4.5 0V14'],
  U: [9.5, 'M0 0V9.25A4.75 4.75 0 0 0 9.5 9.25V0'],
  V: [10, 'M0 0L5 14L10 0'],
  W: [14, 'M0 0L3.5 14L7 3L10.5 14L14 0'],
  X: [9.5, 'M0 0L9.5 14M9.5 0L0 14'],
  Y: [9.5, 'M0 0L4.75 7L9.5 0M4.75 7V14'],
  Z: [8.5, 'M0 0H8.5L0 14H8.5'],
}
const GAP = 5.5
const CAP_HEIGHT = 14

/** Width of a word in the same units as `height`. */
export function wordWidth(word: string, height: number): number {
  const widths = [...word].map((letter) => LETTERS[letter]?.[0] ?? 0)
  return ((widths.reduce((sum, width) => sum + width, 0) + GAP * (word.length - 1)) * height) / CAP_HEIGHT
}

/** An SVG group with the word's strokes; `x`, `y` is its top left corner. Letters outside A-Z leave a space. */
export function wordmark(
  word: string,
  { x, y, height, color }: { x: number; y: number; height: number; color: string },
): string {
  const scale = height / CAP_HEIGHT
  let at = 0
  const strokes = [...word].map((letter) => {
    const [width, path] = LETTERS[letter] ?? [5, '']
    const placed = `<path transform="translate(${at} 0)" d="${path}"/>`
    at += width + GAP
    return placed
  })
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="none" stroke="${color}" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round">${strokes.join('')}</g>`
}
