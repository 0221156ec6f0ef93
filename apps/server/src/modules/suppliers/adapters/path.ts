import { isObject, type Json, parseJson, textOf } from './json.ts'

const STEP = /^([^![]*)((?:!|\[\d{1,3}\])*)$/u

/**
 * What stands at a path: `data.list[0].orderNo`; `result!.order_id` where `result` is JSON text; `orderNo|order_no`
 * takes the first that is there. Only own names are followed. The empty path is the value itself.
 */
export function at(value: Json | undefined, path: string): Json | undefined {
  for (const way of path.split('|')) {
    const found = follow(value, way)
    if (found !== undefined) return found
  }
  return undefined
}

export const textAt = (value: Json | undefined, path: string | undefined): string | undefined =>
  path === undefined ? undefined : textOf(at(value, path))

function follow(value: Json | undefined, way: string): Json | undefined {
  let here = value
  for (const step of way === '' ? [] : way.split('.')) {
    const [, name = '', marks = ''] = STEP.exec(step) ?? []
    if (name !== '') here = isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined
    for (const [mark] of marks.matchAll(/!|\[\d+\]/g)) here = within(here, mark)
  }
  return here
}

/** `!` reads a text as JSON, `[2]` takes the third of a list. */
function within(value: Json | undefined, mark: string): Json | undefined {
  if (mark === '!') return typeof value === 'string' ? parseJson(value) : undefined
  return Array.isArray(value) ? value[Number(mark.slice(1, -1))] : undefined
}
