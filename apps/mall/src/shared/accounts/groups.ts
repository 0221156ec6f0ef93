import type { FormField } from '../api/types.ts'

const GROUP = 4
/** Shorter ones are read at a glance. */
const SHORT_MAX = 6

/** What was typed, in groups that are easy to compare: `138 0013 8000`, `ab12 cd34`, `name @example.com`. */
export function groupsOf(value: string, type: FormField['type']): readonly string[] {
  if (/^1\d{10}$/.test(value)) return [value.slice(0, 3), value.slice(3, 7), value.slice(7)]
  const at = value.lastIndexOf('@')
  if (type === 'email' || (at > 0 && !/\s/.test(value))) return [value.slice(0, at), value.slice(at)].filter(Boolean)
  const characters = [...value]
  if (characters.length <= SHORT_MAX || !/^[\x21-\x7e]+$/.test(value)) return [value]
  return Array.from({ length: Math.ceil(characters.length / GROUP) }, (_, index) =>
    characters.slice(index * GROUP, (index + 1) * GROUP).join(''),
  )
}
