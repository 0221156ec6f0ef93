import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block, type Inline, parseInline, parseMarkdown } from './parse.ts'

const text = (value: string): Inline => ({ kind: 'text', text: value })

describe('markdown of a merchant', () => {
  it('reads the headings, lists and notes of a usual guide', () => {
    const kinds = parseMarkdown(
      '## 使用说明\n\n1. 打开官网\n2. 输入**卡密**\n   - 区分大小写\n\n> 请在 30 天内使用\n\n---\n完成',
    ).map((block) => block.kind)
    expect(kinds).toEqual(['heading', 'list', 'quote', 'rule', 'paragraph'])
  })

  it('keeps a nested list inside its item', () => {
    const [list] = parseMarkdown('1. 一\n   - 甲\n   - 乙\n2. 二')
    expect(list).toMatchObject({ kind: 'list', start: 1, items: [[{}, { kind: 'list', items: [[{}], [{}]] }], [{}]] })
  })

  it('takes the Chinese numbering that people type', () => {
    expect(parseMarkdown('1、登录\n2、兑换')).toMatchObject([{ kind: 'list', items: [{}, {}] }])
  })

  it('starts a new line where the merchant pressed Enter', () => {
    expect(parseInline('甲\n乙')).toEqual([text('甲'), { kind: 'break' }, text('乙')])
  })

  it('reads bold, code, links and bare addresses', () => {
    expect(parseInline('**重要** `A*B*C` [官网](https://a.cn) https://b.cn/x，谢谢')).toEqual([
      { kind: 'strong', children: [text('重要')] },
      text(' '),
      { kind: 'code', text: 'A*B*C' },
      text(' '),
      { kind: 'link', href: 'https://a.cn', children: [text('官网')] },
      text(' '),
      { kind: 'link', href: 'https://b.cn/x', children: [text('https://b.cn/x')] },
      text('，谢谢'),
    ])
  })

  it('reads a table', () => {
    expect(parseMarkdown('| 面值 | 时长 |\n| --- | :-: |\n| 25 | 1 月 |')).toMatchObject([
      { kind: 'table', head: [[text('面值')], [text('时长')]], rows: [[[text('25')], [text('1 月')]]] },
    ])
  })

  it.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', '//evil.example'])(
    'never makes an address of %s',
    (href) => {
      expect(JSON.stringify(parseMarkdown(`[点我](${href}) ![图](${href})`))).not.toMatch(/"(href|src)"/)
    },
  )

  it('leaves raw HTML as text', () => {
    expect(parseMarkdown('<script>alert(1)</script>')).toEqual([
      { kind: 'paragraph', children: [text('<script>alert(1)</script>')] },
    ])
  })

  it('loses no visible word and ends, whatever is pasted', () => {
    const piece = fc.constantFrom(
      '*',
      '**',
      '`',
      '[',
      '](',
      ')',
      '> ',
      '- ',
      '1. ',
      '\n',
      '\n\n',
      '  ',
      '|',
      '---',
      '```',
      '词',
      'a',
      '!',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const blocks = parseMarkdown(pieces.join(''))
        expect(Array.isArray(blocks)).toBe(true)
      }),
    )
    expect(wordsOf(parseMarkdown('- 甲\n\n\n> 乙\n> - 丙\n\n丁'))).toBe('甲乙丙丁')
  })

  it('stays fast on long hostile text', () => {
    for (const bad of [
      '*'.repeat(20_000),
      '['.repeat(20_000),
      '`'.repeat(20_000),
      '> '.repeat(10_000),
      '**a'.repeat(6_000),
    ]) {
      const before = process.cpuUsage()
      parseMarkdown(bad)
      // Of the processor: what else the machine does is not the parser's.
      expect(process.cpuUsage(before).user).toBeLessThan(1_500_000)
    }
  })
})

function wordsOf(blocks: readonly Block[]): string {
  return JSON.stringify(blocks).replace(/[^\u4e00-\u9fff]/g, '')
}
