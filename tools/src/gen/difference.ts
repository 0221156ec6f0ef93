const CONTEXT_LINES = 3
const SHOWN_LINES_MAX = 12

/** The first place where two texts part, in the manner of `diff`; undefined when they are equal. */
export function firstDifference(committed: string, made: string): string | undefined {
  if (committed === made) return undefined
  const before = committed.split('\n')
  const after = made.split('\n')
  let start = 0
  while (start < before.length && before[start] === after[start]) start++
  let end = 0
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const shown = (mark: string, lines: readonly string[]): string[] => {
    const changed = lines.slice(start, lines.length - end)
    const rest = changed.length - SHOWN_LINES_MAX
    return [
      ...changed.slice(0, SHOWN_LINES_MAX).map((line) => `${mark} ${line}`),
      ...(rest > 0 ? [`${mark} … ${rest} more`] : []),
    ]
  }
  return [
    `line ${start + 1}:`,
    ...before.slice(Math.max(0, start - CONTEXT_LINES), start).map((line) => `  ${line}`),
    ...shown('-', before),
    ...shown('+', after),
  ].join('\n')
}
