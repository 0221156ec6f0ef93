/**
 * The part of Markdown that a merchant's guide needs, as a tree. Raw HTML has no meaning here: it stays the text it is,
 * and the tree is drawn by React, which escapes text. So nothing a merchant pastes can run on a shopper's page.
 */

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'strong' | 'em' | 'del'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: 'image'; readonly src: string; readonly alt: string }

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'rule' }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'list'; readonly start?: number; readonly items: readonly (readonly Block[])[] }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }

/** Quotes and lists inside one another; deeper is shown as text. */
const DEPTH_MAX = 4
const FENCE = /^\s*(```+|~~~+)/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/
const BULLET = /^( *)([-*+•])\s+(.*)$/
const NUMBER = /^( *)(\d{1,6})[.)、]\s*(.*)$/
const QUOTE = /^ {0,3}>\s?(.*)$/
const TABLE_RULE = /^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$/

export function parseMarkdown(source: string): readonly Block[] {
  return parseBlocks(source.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n'), 0)
}

function parseBlocks(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const taken = (depth < DEPTH_MAX ? takeNested(lines, at, depth) : undefined) ?? takeFlat(lines, at)
    if (taken.block) blocks.push(taken.block)
    at = taken.next
  }
  return blocks
}

type Taken = { readonly block?: Block; readonly next: number }
const lineAt = (lines: readonly string[], at: number): string => lines[at] ?? ''

function takeFlat(lines: readonly string[], at: number): Taken {
  const line = lineAt(lines, at)
  if (line.trim() === '') return { next: at + 1 }
  const fence = FENCE.exec(line)?.[1]
  if (fence) return takeFence(lines, at, fence)
  const heading = HEADING.exec(line)
  if (heading) {
    const [, marks = '#', text = ''] = heading
    return { block: { kind: 'heading', level: marks.length, children: parseInline(text) }, next: at + 1 }
  }
  if (RULE.test(line)) return { block: { kind: 'rule' }, next: at + 1 }
  if (line.includes('|') && TABLE_RULE.test(lineAt(lines, at + 1).trim())) {
    return takeTable(lines, at)
  }
  return takeParagraph(lines, at)
}

function takeFence(lines: readonly string[], at: number, fence: string): Taken {
  let end = at + 1
  while (end < lines.length && !lineAt(lines, end).trim().startsWith(fence)) end += 1
  return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, next: end + 1 }
}

function takeTable(lines: readonly string[], at: number): Taken {
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => parseInline(cell.trim()))
  let end = at + 2
  while (lineAt(lines, end).includes('|')) end += 1
  return {
    block: { kind: 'table', head: cells(lineAt(lines, at)), rows: lines.slice(at + 2, end).map(cells) },
    next: end,
  }
}

const startsBlock = (line: string): boolean =>
  line.trim() === '' || [FENCE, HEADING, RULE, BULLET, NUMBER, QUOTE].some((pattern) => pattern.test(line))

function takeParagraph(lines: readonly string[], at: number): Taken {
  let end = at + 1
  while (end < lines.length && !startsBlock(lineAt(lines, end))) end += 1
  // Merchants press Enter where they mean a new line, so a single line break counts.
  const text = lines
    .slice(at, end)
    .map((line) => line.trim())
    .join('\n')
  return { block: { kind: 'paragraph', children: parseInline(text) }, next: end }
}

function takeNested(lines: readonly string[], at: number, depth: number): Taken | undefined {
  const line = lineAt(lines, at)
  if (RULE.test(line)) return undefined
  if (QUOTE.test(line)) {
    let end = at
    while (end < lines.length && QUOTE.test(lineAt(lines, end))) end += 1
    const inner = lines.slice(at, end).map((quoted) => QUOTE.exec(quoted)?.[1] ?? '')
    return { block: { kind: 'quote', blocks: parseBlocks(inner, depth + 1) }, next: end }
  }
  if (BULLET.test(line)) return takeList(lines, at, depth, BULLET)
  if (NUMBER.test(line)) return takeList(lines, at, depth, NUMBER)
  return undefined
}

function takeList(lines: readonly string[], at: number, depth: number, marker: RegExp): Taken {
  const first = marker.exec(lineAt(lines, at))
  const indent = first?.[1]?.length ?? 0
  const items: string[][] = []
  let end = at
  while (end < lines.length) {
    const line = lineAt(lines, end)
    const match = marker.exec(line)
    const item = items.at(-1)
    if (match && (match[1]?.length ?? 0) <= indent && !RULE.test(line)) items.push([match[3] ?? ''])
    else if (item && line.trim() !== '' && leading(line) > indent) item.push(line.slice(indent + 2))
    else if (item && line.trim() === '' && leading(lineAt(lines, end + 1)) > indent) item.push('')
    else break
    end += 1
  }
  const start = marker === NUMBER ? Number(first?.[2]) : undefined
  return {
    block: {
      kind: 'list',
      ...(start === undefined ? {} : { start }),
      items: items.map((item) => parseBlocks(item, depth + 1)),
    },
    next: end,
  }
}

const leading = (line: string): number => line.length - line.trimStart().length

// The order matters: what stands first wins where two could begin at one place.
const INLINE =
  /(`+)(.+?)\1|!\[([^\]\n]*)\]\(\s*([^\s)]+)[^)\n]*\)|\[([^\]\n]+)\]\(\s*([^\s)]+)[^)\n]*\)|\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__|~~(?=\S)(.+?)(?<=\S)~~|\*(?=\S)(.+?)(?<=\S)\*|(https?:\/\/[^\s<>"'`()（），。；、！？]+)|\\([\\`*_[\]()#>~.!-])|(\n)/s
const INLINE_DEPTH_MAX = 6
/** Beyond this a text is shown plainly: nobody formats so much in one paragraph, and time stays linear. */
const INLINE_LENGTH_MAX = 20_000

export function parseInline(text: string, depth = 0): readonly Inline[] {
  if (depth > INLINE_DEPTH_MAX || text.length > INLINE_LENGTH_MAX) return [{ kind: 'text', text }]
  const out: Inline[] = []
  let rest = text
  while (rest !== '') {
    const match = INLINE.exec(rest)
    if (!match) break
    if (match.index > 0) out.push({ kind: 'text', text: rest.slice(0, match.index) })
    out.push(inlineOf(match, depth))
    rest = rest.slice(match.index + match[0].length)
  }
  if (rest !== '') out.push({ kind: 'text', text: rest })
  return out
}

function inlineOf(match: RegExpExecArray, depth: number): Inline {
  const [whole, , code, alt, src, label, href, strong, strong2, del, em, url, escaped, lineBreak] = match
  const inner = (text: string) => parseInline(text, depth + 1)
  if (code !== undefined) return { kind: 'code', text: code }
  if (src !== undefined)
    return isSafeImage(src) ? { kind: 'image', src, alt: alt ?? '' } : { kind: 'text', text: whole }
  if (label !== undefined && href !== undefined) {
    return isSafeLink(href) ? { kind: 'link', href, children: inner(label) } : { kind: 'text', text: label }
  }
  if (strong !== undefined || strong2 !== undefined) return { kind: 'strong', children: inner(strong ?? strong2 ?? '') }
  if (del !== undefined) return { kind: 'del', children: inner(del) }
  if (em !== undefined) return { kind: 'em', children: inner(em) }
  if (url !== undefined) return { kind: 'link', href: url, children: [{ kind: 'text', text: url }] }
  if (lineBreak !== undefined) return { kind: 'break' }
  return { kind: 'text', text: escaped ?? whole }
}

/** `javascript:` and its like never become an address. */
const isSafeLink = (href: string): boolean => /^(https?:\/\/|mailto:|tel:|\/(?!\/))/i.test(href)
const isSafeImage = (src: string): boolean => /^(https:\/\/|\/files\/)/i.test(src)
