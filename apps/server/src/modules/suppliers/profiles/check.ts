import {
  errorMessage,
  PROFILE_NAMES_REFUSED,
  type SupplierProfile,
  supplierErrors,
  supplierProfile,
  supplierProfileErrors as words,
} from '@quanshu/contract'
import type { Refusal } from '@quanshu/kernel'
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Ctx } from '../../../platform/db/index.ts'
import { faultsOf } from '../../../platform/http/index.ts'

type Locale = Ctx['locale']

/** Shipped profiles are seven deep and have four hundred values. */
const DEPTH_MAX = 16
const NODES_MAX = 4_000
const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false }

export type ProfileFault = {
  readonly line: number
  readonly column: number
  readonly path: string
  readonly code: string
  readonly message: string
}

/** What is wrong with a profile's text, and where. Empty: it may be kept. */
export function profileFaults(source: string, locale: Locale): readonly ProfileFault[] {
  const place = placesIn(source)
  const fault = (offset: number, path: readonly (string | number)[], refusal: Refusal): ProfileFault => ({
    ...place(offset),
    path: path.join('.'),
    code: refusal.code,
    message: errorMessage(refusal.code, refusal.params, locale),
  })
  const tooMuch = measured(source)
  if (tooMuch) return [fault(tooMuch.offset, [], tooMuch.refusal)]
  const errors: ParseError[] = []
  const tree = parseTree(source, errors, STRICT)
  if (!tree || errors.length > 0) {
    return errors.length === 0
      ? [fault(0, [], words.jsonValue())]
      : errors.slice(0, 20).map(({ error, offset }) => fault(offset, [], syntaxRefusal(error)))
  }
  const names = badNames(tree, []).map(({ node, path, refusal }) => fault(node.offset, path, refusal))
  if (names.length > 0) return names
  return faultsOf(supplierProfile, JSON.parse(source), locale).map(({ path, code, message }) => ({
    ...place(nodeAt(tree, path).offset),
    path: path.join('.'),
    code,
    message,
  }))
}

/**
 * A profile that may be kept.
 * @throws suppliers.profile_invalid, naming the first mistake
 */
export function readProfileSource(source: string, locale: Locale): SupplierProfile {
  const [first, ...more] = profileFaults(source, locale)
  if (first) {
    const where = first.path === '' ? '' : `${first.path} · `
    throw supplierErrors.profileInvalid({ count: more.length + 1, line: first.line, first: where + first.message })
  }
  return supplierProfile.parse(JSON.parse(source))
}

/** By its brackets, before anything reads it recursively. */
function measured(source: string): { readonly offset: number; readonly refusal: Refusal } | undefined {
  let depth = 0
  let nodes = 0
  for (const { 0: token, index: offset } of source.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/gs)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (token === ',') nodes += 1
    if (depth > DEPTH_MAX) return { offset, refusal: words.jsonDeep({ max: DEPTH_MAX }) }
    if (nodes > NODES_MAX) return { offset, refusal: words.jsonLong({ max: NODES_MAX }) }
  }
  return undefined
}

type BadName = { readonly node: Node; readonly path: readonly (string | number)[]; readonly refusal: Refusal }

/** Names that stand twice (a reader would see one of them, the program the other) and those that no field may have. */
function badNames(node: Node, path: readonly (string | number)[]): readonly BadName[] {
  const children = node.children ?? []
  if (node.type === 'array') return children.flatMap((child, index) => badNames(child, [...path, index]))
  if (node.type !== 'object') return []
  const seen = new Set<string>()
  return children.flatMap((property): readonly BadName[] => {
    const [key, value] = property.children ?? []
    if (!key) return []
    const name = String(key.value)
    const here = [...path, name]
    const isTwice = seen.has(name)
    seen.add(name)
    if (PROFILE_NAMES_REFUSED.has(name)) return [{ node: key, path: here, refusal: words.nameRefused({ name }) }]
    if (isTwice) return [{ node: key, path: here, refusal: words.jsonTwice({ name }) }]
    return value ? badNames(value, here) : []
  })
}

/** The value at a path, or the nearest one around it where something is missing. */
function nodeAt(tree: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length))
    if (!node) continue
    // A name that is not known is shown at the name.
    const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined
    return node.type === 'object' || node.type === 'array' ? (key ?? node) : node
  }
  return tree
}

function placesIn(source: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let line = 1
    while (line < starts.length && (starts[line] ?? 0) <= offset) line += 1
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 }
  }
}

function syntaxRefusal(code: ParseError['error']): Refusal {
  switch (printParseErrorCode(code)) {
    case 'CommaExpected':
      return words.jsonComma()
    case 'ColonExpected':
      return words.jsonColon()
    case 'CloseBraceExpected':
    case 'CloseBracketExpected':
      return words.jsonBrace()
    case 'PropertyNameExpected':
      return words.jsonName()
    case 'ValueExpected':
      return words.jsonValue()
    default:
      return words.jsonSymbol()
  }
}
