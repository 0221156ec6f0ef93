import { errorMessage, type FileReport, type IntakeState, type SupplyLineProblem } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { queueStaffEmails } from '../../notify/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import type { Arrival, Problem } from './take-list.ts'

/** Lines that a mail names one by one; the workspace has the others. */
const LINES_MAX = 50

export type Outcome = {
  readonly id: number
  readonly supplierId: number
  readonly state: IntakeState
  readonly problem: Problem | null
  readonly report: FileReport | null
}

/**
 * Tells the sender what became of a list, line by line, in the commit that did it. Only addresses that the shop named come this far, so
 * nobody else is ever written to.
 */
export async function queueAnswer(
  { config }: Pick<Platform, 'config'>,
  tx: Tx,
  { id, supplierId, state, problem, report }: Outcome,
  { answerTo, name }: Arrival,
): Promise<void> {
  if (answerTo === undefined) return
  const locale = (await readSettings(tx))['shop.locale']
  const t = words[locale]
  const { rows } = await sql<{ slug: string; shop: string }>`
    select slug, name as shop from tenancy.tenants where id = ${tx.ctx.tenantId}::bigint
  `.execute(tx.db)
  const { slug = '', shop = '' } = rows[0] ?? {}
  await queueStaffEmails(tx, [
    {
      to: answerTo,
      key: `supply-list:${id}`,
      template: 'supply.answer',
      about: `supplier:${supplierId}`,
      subject: `${shop} · ${name}: ${t.state[state]}`,
      paragraphs: [
        `${t.state[state]}${t.stop}${problem ? errorMessage(problem.code, problem.params, locale) : t.more[state]}`,
        ...(report ? reportOf(report, t) : []),
      ],
      link: { url: `${config.publicUrl}/s/${slug}/console/workspace/files`, text: t.open },
    },
  ])
}

function reportOf(report: FileReport, t: Words): readonly string[] {
  const named = report.lines.filter(({ outcome }) => outcome === 'invalid' || outcome === 'held')
  const lines = named
    .slice(0, LINES_MAX)
    .map(({ line, remoteId, problem }) => t.line(line, remoteId, problem ? t.problem[problem] : t.held))
  if (named.length > LINES_MAX) lines.push(t.others(named.length - LINES_MAX))
  return [t.counts(report), ...(lines.length > 0 ? [lines.join('\n')] : [])]
}

type Words = {
  readonly state: Readonly<Record<IntakeState, string>>
  readonly more: Readonly<Record<IntakeState, string>>
  readonly stop: string
  readonly open: string
  readonly held: string
  readonly problem: Readonly<Record<SupplyLineProblem, string>>
  readonly line: (line: number, code: string, what: string) => string
  readonly others: (count: number) => string
  readonly counts: (report: FileReport) => string
}
const words: Readonly<Record<'zh-CN' | 'en', Words>> = {
  'zh-CN': {
    state: {
      taken: '已更新价格和库存',
      waiting: '已收到，等商家确认',
      same: '与上一份完全相同，没有改动',
      refused: '没有收下',
      replaced: '已被更新的一份取代',
      discarded: '商家没有采用',
    },
    more: {
      taken: '结果如下。',
      waiting: '确认之前仍按原来的价格和库存。',
      same: '如果有新的内容，请检查是否发错了文件。',
      refused: '',
      replaced: '',
      discarded: '',
    },
    stop: '。',
    open: '查看明细',
    held: '价格变动较大，等商家确认，其余已更新',
    problem: {
      code: '没有编码或编码过长',
      twice: '编码重复',
      cost: '价格不正确',
      stock: '库存不正确',
      on_sale: '在售状态不正确',
      unknown: '没有这个编码的商品',
      name: '新商品缺少名称',
      broken: '这一行读不出来',
    },
    line: (line, code, what) => `第 ${line} 行 ${code}：${what}`,
    others: (count) => `另有 ${count} 行，请在工作台查看`,
    counts: ({ read, added, changed, same, held, invalid }) =>
      `共 ${read} 行：新增 ${added}，更新 ${changed}，未变 ${same}，价格待确认 ${held}，无效 ${invalid}`,
  },
  en: {
    state: {
      taken: 'Prices and stock are updated',
      waiting: 'Received, waits for the shop',
      same: 'The very list that came last; nothing changed',
      refused: 'Not taken',
      replaced: 'A newer one took its place',
      discarded: 'The shop put it aside',
    },
    more: {
      taken: 'This is what became of it.',
      waiting: 'Until somebody agrees, prices and stock stay as they were.',
      same: 'If it was meant to be new, check whether it is the right file.',
      refused: '',
      replaced: '',
      discarded: '',
    },
    stop: '. ',
    open: 'Open the lines',
    held: 'the price moved far and waits for the shop; the rest is taken',
    problem: {
      code: 'no code, or too long a one',
      twice: 'the code stands above already',
      cost: 'not a price',
      stock: 'not a number of pieces',
      on_sale: 'neither on sale nor off',
      unknown: 'no product has this code',
      name: 'a new product needs a name',
      broken: 'the row cannot be read',
    },
    line: (line, code, what) => `Line ${line} ${code}: ${what}`,
    others: (count) => `${count} more lines stand in the workspace`,
    counts: ({ read, added, changed, same, held, invalid }) =>
      `${read} lines: ${added} added, ${changed} updated, ${same} the same, ${held} prices waiting, ${invalid} invalid`,
  },
}
