/** Of what is hidden, so many characters are shown at either end. */
const [SHOWN_MIN, SHOWN_MAX] = [1, 4]

/** `13800138000` → `138****8000`: the middle third is hidden, of short values all but their ends. */
export function maskedMiddle(value: string): string {
  const characters = [...value]
  const length = characters.length
  if (length <= 2) return '*'.repeat(length)
  const hidden = Math.max(length - 2 * SHOWN_MAX, Math.ceil(length / 3))
  const start = Math.max(SHOWN_MIN, Math.floor((length - hidden) / 2))
  const end = Math.max(SHOWN_MIN, length - hidden - start)
  return [...characters.slice(0, start), '****', ...characters.slice(length - end)].join('')
}
