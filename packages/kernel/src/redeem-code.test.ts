import { describe, expect, it } from 'vitest'
import { CLEAR_CHARACTERS, codesOfPattern, drawCode, parsePattern } from './code-pattern.ts'
import { canonicalRedeemCode, isRedeemCode, REDEEM_PATTERN, shownRedeemCode } from './redeem-code.ts'

const pattern = parsePattern(REDEEM_PATTERN)
if ('problem' in pattern) throw new Error(pattern.problem)
const drawn = (seed: number): string => {
  let at = seed
  return drawCode(pattern, (count) => {
    at = (at * 48_271) % 2_147_483_647
    return at % count
  })
}

describe('a redeem code', () => {
  it('has chance for more codes than a shop will ever make', () => {
    expect(codesOfPattern(pattern)).toBeGreaterThan(100_000_000)
  })

  it('is known again however it is typed, and is shown as it was handed out', () => {
    const code = drawn(7)
    for (const typed of [code, code.toLowerCase(), ` ${code.replaceAll('-', ' ')} `, code.replaceAll('-', '')]) {
      expect(isRedeemCode(canonicalRedeemCode(typed)), typed).toBe(true)
    }
    expect(shownRedeemCode(canonicalRedeemCode(code))).toBe(code)
  })

  it('with one wrong character is none, whichever and wherever', () => {
    const code = canonicalRedeemCode(drawn(11))
    for (let at = 0; at < code.length; at += 1) {
      for (const other of CLEAR_CHARACTERS) {
        if (other === code[at]) continue
        expect(isRedeemCode(`${code.slice(0, at)}${other}${code.slice(at + 1)}`)).toBe(false)
      }
    }
    for (const none of ['', 'x', code.slice(1), `${code}A`, '0'.repeat(16)]) expect(isRedeemCode(none)).toBe(false)
  })
})
