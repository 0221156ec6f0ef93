import { type CodePattern, codesOfPattern, drawCode, type PatternProblem, parsePattern } from '@quanshu/kernel'

/** What is chosen where a pattern is put together and not written. */
export type Assembly = {
  readonly prefix: string
  readonly place: '*' | '#' | '@'
  readonly groups: number
  readonly length: number
  readonly separator: '-' | '.' | '_' | ''
  readonly check: boolean
}

export const FIRST_ASSEMBLY: Assembly = { prefix: '', place: '*', groups: 4, length: 4, separator: '-', check: true }

/** The pattern that says what was chosen; a check character takes the last place. */
export function patternOf({ prefix, place, groups, length, separator, check }: Assembly): string {
  const drawn = Array.from({ length: groups }, () => place.repeat(length)).join(separator)
  return [prefix, check ? `${drawn.slice(0, -1)}=` : drawn].filter(Boolean).join(separator)
}

export type Judgement =
  | { readonly problem: PatternProblem }
  | { readonly samples: readonly string[]; readonly bits: number; readonly most: number }

const SAMPLES = 3

export function judge(pattern: string): Judgement {
  const parsed = parsePattern(pattern)
  if ('problem' in parsed) return parsed
  return {
    samples: Array.from({ length: SAMPLES }, () => sampleOf(parsed)),
    bits: Math.floor(parsed.bits),
    most: codesOfPattern(parsed),
  }
}

/** To be looked at, never used: real ones are drawn by the server. */
const sampleOf = (pattern: CodePattern): string => drawCode(pattern, (count) => Math.floor(Math.random() * count))
