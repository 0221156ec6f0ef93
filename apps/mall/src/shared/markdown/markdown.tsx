import { createElement, Fragment, memo, type ReactNode } from 'react'
import { assetUrl } from '../site.ts'
import css from './markdown.module.css'
import { type Block, type Inline, parseMarkdown } from './parse.ts'

/**
 * A merchant's text. Headings start at level 3, below the page's own.
 * @param under the heading it stands under; a first heading that only repeats it is left out
 */
export const Markdown = memo(function Markdown({
  source,
  under,
}: {
  readonly source: string
  readonly under?: string
}) {
  const blocks = parseMarkdown(source)
  const [first] = blocks
  const repeats = first?.kind === 'heading' && first.children.length === 1 && textOf(first.children[0]) === under
  return <div className={css.markdown}>{drawBlocks(repeats ? blocks.slice(1) : blocks)}</div>
})

const textOf = (node: Inline | undefined): string | undefined => (node?.kind === 'text' ? node.text : undefined)

/** Children as arguments: a text is drawn whole or not at all, so nothing here needs a key. */
const group = (
  tag: 'ul' | 'ol' | 'tr' | 'thead' | 'tbody' | typeof Fragment,
  props: object | null,
  children: readonly ReactNode[],
) => createElement(tag, props, ...children)

const drawBlocks = (blocks: readonly Block[]): ReactNode => group(Fragment, null, blocks.map(drawBlock))
const drawInline = (nodes: readonly Inline[]): ReactNode => group(Fragment, null, nodes.map(drawNode))

function drawBlock(block: Block): ReactNode {
  switch (block.kind) {
    case 'heading':
      return block.level <= 2 ? <h3>{drawInline(block.children)}</h3> : <h4>{drawInline(block.children)}</h4>
    case 'paragraph':
      return <p>{drawInline(block.children)}</p>
    case 'code':
      return (
        <pre>
          <code>{block.text}</code>
        </pre>
      )
    case 'rule':
      return <hr />
    case 'quote':
      return <blockquote>{drawBlocks(block.blocks)}</blockquote>
    case 'list':
      return group(
        block.start === undefined ? 'ul' : 'ol',
        block.start === undefined ? null : { start: block.start },
        block.items.map((item) => createElement('li', null, drawItem(item))),
      )
    case 'table':
      return (
        <div className={css.wide}>
          <table>
            {group('thead', null, [drawRow(block.head, 'th')])}
            {group(
              'tbody',
              null,
              block.rows.map((row) => drawRow(row, 'td')),
            )}
          </table>
        </div>
      )
  }
}

const drawRow = (cells: readonly (readonly Inline[])[], tag: 'th' | 'td'): ReactNode =>
  group(
    'tr',
    null,
    cells.map((cell) => createElement(tag, null, drawInline(cell))),
  )

/** A list item of one paragraph is drawn without the paragraph's space. */
function drawItem(blocks: readonly Block[]): ReactNode {
  const [first, ...rest] = blocks
  if (first?.kind !== 'paragraph') return drawBlocks(blocks)
  return (
    <>
      {drawInline(first.children)}
      {drawBlocks(rest)}
    </>
  )
}

function drawNode(node: Inline): ReactNode {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'code':
      return <code>{node.text}</code>
    case 'break':
      return <br />
    case 'strong':
      return <strong>{drawInline(node.children)}</strong>
    case 'em':
      return <em>{drawInline(node.children)}</em>
    case 'del':
      return <del>{drawInline(node.children)}</del>
    case 'image':
      return <img src={assetUrl(node.src)} alt={node.alt} loading="lazy" />
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {drawInline(node.children)}
        </a>
      )
  }
}
