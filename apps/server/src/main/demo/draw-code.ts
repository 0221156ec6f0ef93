import { randomInt } from 'node:crypto'

/** `#` a digit, `@` a capital letter or digit, none of them easily confused; anything else stands for itself. */
export function drawCode(pattern: string): string {
  return pattern.replace(/[#@]/g, (kind) => {
    const alphabet = kind === '#' ? DIGITS : LETTERS + DIGITS
    return alphabet.charAt(randomInt(alphabet.length))
  })
}
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const DIGITS = '23456789'
