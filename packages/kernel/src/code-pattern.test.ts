import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLEAR_CHARACTERS, type CodePattern, checkOf, codesOfPattern, drawCode, parsePattern } from './code-pattern.ts'

const DIGITS = '0123456789'

function pattern(text: string): CodePattern {
  const parsed = parsePattern(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}
const drawing = (): ((count: number) => number) => (count) => Math.floor(Math.random() * count)

describe('patterns', () => {
  it.each([
    ['', 'empty'],
    ['*'.repeat(65), 'too_long'],
    ['AB CD****', 'bad_character'],
    ['卡****', 'bad_character'],
    ['****\\', 'bad_character'],
    ['****--****', 'separators'],
    ['ABC-123', 'nothing_drawn'],
    ['****=****=', 'two_checks'],
  ])('%j is refused: %s', (text, problem) => {
    expect(parsePattern(text)).toEqual({ problem })
  })

  it('draw what they say and keep their literals', () => {
    const two = drawCode(pattern('QS.\\#-####-@@@@-****'), drawing())
    expect(two).toMatch(/^QS\.#-\d{4}-[A-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}$/)
    expect(CLEAR_CHARACTERS).not.toMatch(/[0O1IlLU]/)
  })

  it('are good for so many codes that a guess hits once in a hundred million, and for none below forty bits', () => {
    expect(codesOfPattern(pattern('#'.repeat(12)))).toBe(0)
    expect(codesOfPattern(pattern('#'.repeat(14)))).toBe(1_000_000)
    expect(codesOfPattern(pattern('#'.repeat(13)))).toBe(100_000)
    expect(codesOfPattern(pattern('QS-****-****-**='))).toBe(5_904_900)
    // The check character follows from the rest: it is no chance.
    expect(pattern('****=').bits).toBe(pattern('****').bits)
  })
})

describe('check characters', () => {
  it('are those of the published rule for ten digits', () => {
    expect(checkOf('7992739871', DIGITS)).toBe('3')
    expect(checkOf('453201511283036', DIGITS)).toBe('6')
  })

  it.each([
    ['digits', DIGITS],
    ['clear characters', CLEAR_CHARACTERS],
    ['digits and letters', `${DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`],
  ])('of %s show every wrong character and every swap but of the first and last of the alphabet', (_, alphabet) => {
    const codes = fc.array(fc.constantFrom(...alphabet), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(codes, fc.nat(), fc.constantFrom(...alphabet), (code, place, other) => {
        const at = place % code.length
        const wrong = code.with(at, other).join('')
        expect(checkOf(wrong, alphabet) === checkOf(code.join(''), alphabet)).toBe(wrong === code.join(''))
        const [left = '', right = ''] = [code[at], code[at + 1]]
        const ends = new Set([alphabet.at(0), alphabet.at(-1)])
        if (at + 1 < code.length && left !== right && !(ends.has(left) && ends.has(right))) {
          const swapped = code.with(at, right).with(at + 1, left)
          expect(checkOf(swapped.join(''), alphabet)).not.toBe(checkOf(code.join(''), alphabet))
        }
      }),
    )
  })

  it('of every mix of alphabets count over an even number of characters', () => {
    for (const mix of ['##', '@@', '**', '#@', '#*', '@*', '#@*']) {
      const code = drawCode(pattern(`${mix.repeat(6)}=`), drawing())
      const union = new Set([...mix].flatMap((place) => [...alphabetOf(place)]))
      expect(union.size % 2, mix).toBe(0)
      const alphabet = [...union].sort().join('')
      expect(checkOf(code.slice(0, -1), alphabet), mix).toBe(code.at(-1))
    }
  })
})

const alphabetOf = (place: string): string =>
  ({ '#': DIGITS, '@': 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' })[place] ?? CLEAR_CHARACTERS
