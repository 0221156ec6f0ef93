import { Input, Segmented } from 'antd'
import { Fragment, type ReactNode, useState } from 'react'
import { defineMessages, useText } from '../i18n/index.ts'

/**
 * The Markdown that goods' texts use, as elements and never as HTML: headings, lists, quotes, rules, code, bold,
 * italics, links and pictures over https.
 */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="markdown">
      {blocksOf(text).map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text's parts have no name but their place
        <Fragment key={`${index}:${block.kind}`}>{draw(block)}</Fragment>
      ))}
    </div>
  )
}

type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph' | 'quote' | 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly string[] }
  | { readonly kind: 'rule' }

function blocksOf(source: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = source.replace(/\r\n?/g, '\n').split('\n')
  let at = 0
  const take = (pattern: RegExp): string[] => {
    const taken: string[] = []
    for (let match = pattern.exec(lines[at] ?? ''); match; match = pattern.exec(lines[at] ?? '')) {
      taken.push(match[1] ?? '')
      at += 1
      if (at >= lines.length) break
    }
    return taken
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const heading = /^(#{1,4})\s+(.*)$/.exec(line)
    if (line.trim() === '') at += 1
    else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' })
      at += 1
    } else if (/^\s*([-*_])\s*(?:\1\s*){2,}$/.test(line)) {
      blocks.push({ kind: 'rule' })
      at += 1
    } else if (line.startsWith('```')) {
      at += 1
      const body: string[] = []
      while (at < lines.length && !lines[at]?.startsWith('```')) body.push(lines[at++] ?? '')
      at += 1
      blocks.push({ kind: 'code', text: body.join('\n') })
    } else if (/^\s*[-*+]\s+/.test(line))
      blocks.push({ kind: 'list', ordered: false, items: take(/^\s*[-*+]\s+(.*)$/) })
    else if (/^\s*\d+[.)]\s+/.test(line))
      blocks.push({ kind: 'list', ordered: true, items: take(/^\s*\d+[.)]\s+(.*)$/) })
    else if (/^>\s?/.test(line)) blocks.push({ kind: 'quote', text: take(/^>\s?(.*)$/).join('\n') })
    else
      blocks.push({
        kind: 'paragraph',
        text: take(/^(?!#{1,4}\s|```|>|\s*[-*+]\s|\s*\d+[.)]\s)(.*\S.*)$/).join('\n') || (lines[at++] ?? ''),
      })
  }
  return blocks
}

function draw(block: Block): ReactNode {
  switch (block.kind) {
    case 'heading': {
      const Tag = (['h2', 'h3', 'h4', 'h5'] as const)[block.level - 1] ?? 'h5'
      return <Tag>{inline(block.text)}</Tag>
    }
    case 'rule':
      return <hr />
    case 'code':
      return <pre>{block.text}</pre>
    case 'quote':
      return <blockquote>{inline(block.text)}</blockquote>
    case 'paragraph':
      return <p>{inline(block.text)}</p>
    case 'list': {
      const Tag = block.ordered ? 'ol' : 'ul'
      return (
        <Tag>
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={`${index}:${item}`}>{inline(item)}</li>
          ))}
        </Tag>
      )
    }
  }
}

const INLINE =
  /(`[^`]+`)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|(!?)\[([^\]]*)\]\(((?:https?:\/\/|\/)[^)\s]+)\)|(https:\/\/[^\s<>()，。；]+)|(\n)/g

function inline(text: string): ReactNode {
  const parts: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, bold, italic, picture, label, address, bare, lineBreak] = match
    parts.push(text.slice(end, match.index))
    end = match.index + whole.length
    const key = match.index
    if (code) parts.push(<code key={key}>{code.slice(1, -1)}</code>)
    else if (bold) parts.push(<strong key={key}>{bold}</strong>)
    else if (italic) parts.push(<em key={key}>{italic}</em>)
    else if (lineBreak) parts.push(<br key={key} />)
    else if (picture) parts.push(<img key={key} src={address} alt={label} loading="lazy" />)
    else {
      parts.push(
        <a key={key} href={address ?? bare} target="_blank" rel="noreferrer noopener nofollow">
          {label || (address ?? bare)}
        </a>,
      )
    }
  }
  parts.push(text.slice(end))
  return parts
}

const text = defineMessages('markdown', {
  write: ['编辑', 'Write'],
  preview: ['预览', 'Preview'],
  nothing: ['还没有内容', 'Nothing yet'],
  hint: [
    '支持 Markdown：# 标题、**加粗**、- 列表、1. 步骤、[链接](https://…)',
    'Markdown: # heading, **bold**, - list, 1. steps, [link](https://…)',
  ],
})

type EditorProps = {
  readonly value?: string
  readonly onChange?: (value: string) => void
  readonly id?: string
  readonly maxLength: number
  readonly disabled?: boolean
}

/** Markdown being written, and how it will look. */
export function MarkdownEditor({ value = '', onChange, id, maxLength, disabled = false }: EditorProps) {
  const t = useText(text)
  const [view, setView] = useState<'write' | 'preview'>('write')
  return (
    <div>
      <Segmented
        size="small"
        value={view}
        disabled={false}
        onChange={setView}
        options={(['write', 'preview'] as const).map((key) => ({ value: key, label: t(key) }))}
        style={{ marginBottom: 6 }}
      />
      {view === 'write' ? (
        <Input.TextArea
          {...(id ? { id } : {})}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange?.(event.target.value)}
          autoSize={{ minRows: 6, maxRows: 24 }}
          maxLength={maxLength}
          placeholder={t('hint')}
        />
      ) : (
        <div className="markdown-preview">{value.trim() === '' ? t('nothing') : <Markdown text={value} />}</div>
      )}
    </div>
  )
}
