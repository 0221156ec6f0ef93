/**
 * What generated codes look like. In a pattern `#` is a digit, `@` a capital letter, `*` a character that nobody takes for
 * another one, `=` the check character; letters, digits, `-`, `_` and `.` stand for themselves, and after `\` anything does.
 */
export type CodePattern = {
  readonly places: readonly Place[]
  /** How many different codes there are; the check character adds none. */
  readonly possibilities: number
  readonly bits: number
  /** Every character that is drawn somewhere in the code, once each. */
  readonly alphabet: string
}
type Place =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'drawn'; readonly alphabet: string }
  | { readonly kind: 'check' }

export type PatternProblem = 'empty' | 'too_long' | 'bad_character' | 'separators' | 'nothing_drawn' | 'two_checks'

const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Without 0 O 1 I L, which look alike, and without U, so that there is an even number of them: see `checkOf`. */
export const CLEAR_CHARACTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const ALPHABETS: ReadonlyMap<string, string> = new Map([
  ['#', DIGITS],
  ['@', LETTERS],
  ['*', CLEAR_CHARACTERS],
])

export const PATTERN_CHARS_MAX = 64
/** The fewest bits of chance in a code, however few are made: at a million guesses a second, twelve days try them all. */
export const CODE_BITS_MIN = 40
/** Of this many guesses one may hit a code of the batch, and no fewer. */
export const GUESSES_A_HIT_MIN = 100_000_000

/** Reads a pattern, or says what is wrong with it. */
export function parsePattern(text: string): CodePattern | { readonly problem: PatternProblem } {
  if (text === '') return { problem: 'empty' }
  if (text.length > PATTERN_CHARS_MAX) return { problem: 'too_long' }
  const places: Place[] = []
  for (const [, escaped, character = ''] of text.matchAll(/\\(.?)|(.)/gsu)) {
    const alphabet = ALPHABETS.get(character)
    if (alphabet) places.push({ kind: 'drawn', alphabet })
    else if (character === '=') places.push({ kind: 'check' })
    else {
      const literal = escaped ?? character
      if (!/^[A-Za-z0-9._#@*=-]$/.test(literal)) return { problem: 'bad_character' }
      places.push({ kind: 'literal', text: literal })
    }
  }
  // A run of them is what parts an account from its password in files of codes.
  if (/[-._]{2}/.test(places.map((place) => (place.kind === 'literal' ? place.text : 'x')).join(''))) {
    return { problem: 'separators' }
  }
  if (places.filter(({ kind }) => kind === 'check').length > 1) return { problem: 'two_checks' }
  const possibilities = places.reduce(
    (product, place) => (place.kind === 'drawn' ? product * place.alphabet.length : product),
    1,
  )
  if (possibilities === 1) return { problem: 'nothing_drawn' }
  return { places, possibilities, bits: Math.log2(possibilities), alphabet: alphabetOf(places) }
}

/** The most codes that a pattern is good for; 0 when even one could be guessed. */
export function codesOfPattern({ possibilities, bits }: CodePattern): number {
  return bits < CODE_BITS_MIN ? 0 : Math.floor(possibilities / GUESSES_A_HIT_MIN)
}

/**
 * Draws one code.
 * @param draw a number from 0 to below `count`, each as likely as any other and none to be foretold
 */
export function drawCode({ places, alphabet }: CodePattern, draw: (count: number) => number): string {
  let drawn = ''
  let before = ''
  let after: string | undefined
  for (const place of places) {
    if (place.kind === 'check') {
      after = ''
      continue
    }
    const character = place.kind === 'literal' ? place.text : place.alphabet.charAt(draw(place.alphabet.length))
    if (place.kind === 'drawn') drawn += character
    if (after === undefined) before += character
    else after += character
  }
  return after === undefined ? before : before + checkOf(drawn, alphabet) + after
}

const alphabetOf = (places: readonly Place[]): string =>
  [...new Set(places.flatMap((place) => (place.kind === 'drawn' ? [...place.alphabet] : [])))].sort().join('')

/**
 * The check character of what was drawn, by Luhn mod N: the algorithm of ISO/IEC 7812-1, annex B, over N characters in
 * place of ten (as also the EU's certificate identifiers of 2021 do). It shows every single wrong character and every swap
 * of neighbours but that of the alphabet's first and last, provided N is even; all alphabets here are, and so are their unions.
 */
export function checkOf(drawn: string, alphabet: string): string {
  const count = alphabet.length
  let sum = 0
  for (let at = drawn.length - 1, factor = 2; at >= 0; at -= 1, factor = 3 - factor) {
    const addend = factor * alphabet.indexOf(drawn.charAt(at))
    sum += Math.floor(addend / count) + (addend % count)
  }
  return alphabet.charAt((count - (sum % count)) % count)
}
