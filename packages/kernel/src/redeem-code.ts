import { CLEAR_CHARACTERS, checkOf } from './code-pattern.ts'

/** What our redeem codes look like: 15 clear characters of chance (73 bits) and the check character, in fours. */
export const REDEEM_PATTERN = '****-****-****-***='
const CHARACTERS = 16

/** A code as it is compared: capitals without spaces and dashes. Text that is no code stays no code. */
export const canonicalRedeemCode = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-–—_]/g, '')

/** The code in fours, as it was handed out. */
export const shownRedeemCode = (code: string): string => code.match(/.{1,4}/g)?.join('-') ?? ''

/** Whether it can be one of our codes at all, by its length, characters and check character: a slip of the hand is seen at once. */
export function isRedeemCode(code: string): boolean {
  if (code.length !== CHARACTERS) return false
  if ([...code].some((character) => !CLEAR_CHARACTERS.includes(character))) return false
  return checkOf(code.slice(0, -1), CLEAR_CHARACTERS) === code.slice(-1)
}
