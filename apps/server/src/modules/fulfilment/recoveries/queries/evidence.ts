import type { PassThrough } from 'node:stream'
import { sql } from 'kysely'
import yazl from 'yazl'
import type { Ctx, ReadTx } from '../../../../platform/db/index.ts'
import type { FileReply } from '../../../../platform/http/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { mask, openCards } from '../../../vault/index.ts'
import { readRecovery } from './recoveries.ts'

type Piece = {
  readonly cardId: number
  readonly sealed: Buffer
  readonly orderNo: number
  readonly deliveredAt: Date
  readonly purchaseNo: string | null
  readonly remoteNo: string | null
  readonly reason: string
  readonly word: string | null
  readonly reportedAt: Date | null
  readonly outcome: string
}
type Line = { readonly at: Date; readonly what: string; readonly who: string }

/** More pieces of a recall than that are named in the export of the recall itself. */
const PIECES_MAX = 5_000

/**
 * What proves a claim, for the supplier to read: our number and the supplier's, the code masked, its times and history, what the
 * buyer said and showed. Nothing of who the buyer is.
 * @throws common.not_found
 */
export async function recoveryEvidence(platform: Platform, ctx: Ctx, recoveryId: number): Promise<FileReply> {
  const { recovery, pieces, history, pictures } = await platform.db.read(ctx, async (tx) => {
    const recovery = await readRecovery(tx, recoveryId)
    return {
      recovery,
      pieces:
        recovery.complaintId === null
          ? await ofRecall(tx, recovery.batchId)
          : await ofComplaint(tx, recovery.complaintId),
      history: recovery.complaintId === null ? [] : await historyOf(tx, recovery.complaintId),
      pictures: recovery.complaintId === null ? [] : await picturesOf(tx, recovery.complaintId),
    }
  })
  const opened = await openCards(
    platform.crypto,
    ctx.tenantId,
    pieces.map(({ cardId, sealed }) => ({ id: cardId, sealed })),
  )
  const isEnglish = ctx.locale === 'en'
  const say = (zh: string, en: string) => (isEnglish ? en : zh)
  const head = [
    [say('追偿编号', 'Claim'), `R${recovery.id}`],
    [say('供应商', 'Supplier'), recovery.supplier],
    [say('商品', 'Goods'), `${recovery.goodsTitle} ${recovery.skuTitle}`],
    [say('采购单号', 'Purchase'), recovery.purchaseRef],
    [say('件数', 'Pieces'), String(recovery.pieces)],
    [say('追偿金额（元）', 'Claimed (yuan)'), (recovery.claimedFen / 100).toFixed(2)],
  ]
  const table = [
    [
      say('卡密（掩码）', 'Code (masked)'),
      say('我方采购号', 'Our number'),
      say('贵方单号', 'Your number'),
      say('发出时间', 'Delivered at'),
      say('反映时间', 'Reported at'),
      say('问题', 'What is wrong'),
      say('贵方核实', 'Your word'),
      say('处理结果', 'Put right by'),
    ],
    ...pieces.map((piece, at) => [
      mask(opened[at]?.[0] ?? ''),
      piece.purchaseNo ?? '',
      piece.remoteNo ?? '',
      piece.deliveredAt.toISOString(),
      piece.reportedAt?.toISOString() ?? '',
      piece.reason,
      piece.word ?? '',
      piece.outcome,
    ]),
  ]
  const text = [
    ...head.map(([name, value]) => `${name}: ${value}`),
    '',
    ...history.map(({ at, what, who }) => [at.toISOString(), what, who].join('\t')),
  ].join('\n')
  const zip = new yazl.ZipFile()
  zip.addBuffer(Buffer.from(`\ufeff${text}\n`), 'claim.txt')
  zip.addBuffer(Buffer.from(`\ufeff${table.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`), 'codes.csv')
  for (const [at, { content }] of pictures.entries()) zip.addBuffer(content, `picture-${at + 1}.webp`)
  zip.end()
  return {
    content: zip.outputStream as PassThrough,
    contentType: 'application/zip',
    fileName: `recovery-${recovery.id}.zip`,
  }
}

/** Quoted, and never taken for a formula. */
const cell = (text: string): string => `"${text.replace(/^[=+\-@＝＋－＠\t\r\n]/, "'$&").replaceAll('"', '""')}"`

const PURCHASE = sql`
  left join suppliers.purchase_cards x on x.tenant_id = k.tenant_id and x.card_id = k.id and x.outcome = 'taken'
  left join suppliers.purchases p on p.tenant_id = k.tenant_id and p.id = x.purchase_id
`

async function ofComplaint(tx: ReadTx, complaintId: number): Promise<readonly Piece[]> {
  const { rows } = await sql<Piece>`
    select k.id as "cardId", k.sealed, c.order_no as "orderNo", g.granted_at as "deliveredAt", p.no as "purchaseNo",
      p.remote_no as "remoteNo", c.reason, c.word, c.reported_at as "reportedAt", c.state as outcome
    from fulfilment.complaints c
    join entitlements.grants g on g.tenant_id = c.tenant_id and g.id = c.grant_id
    join vault.cards k on k.tenant_id = c.tenant_id and k.id = c.card_id
    ${PURCHASE}
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.id = ${complaintId}::bigint
  `.execute(tx.db)
  return rows
}

async function ofRecall(tx: ReadTx, batchId: number): Promise<readonly Piece[]> {
  const { rows } = await sql<Piece>`
    select k.id as "cardId", k.sealed, r.order_no as "orderNo", g.granted_at as "deliveredAt", p.no as "purchaseNo",
      p.remote_no as "remoteNo", r.reason, null as word, null as "reportedAt", r.state as outcome
    from vault.recall_pieces r
    join entitlements.grants g on g.tenant_id = r.tenant_id and g.id = r.grant_id
    join vault.cards k on k.tenant_id = r.tenant_id and k.id = r.card_id
    ${PURCHASE}
    where r.tenant_id = ${tx.ctx.tenantId}::bigint
      and r.batch_id = ${batchId}::bigint
      and r.state in ('replaced', 'refunding')
    order by r.grant_id
    limit ${PIECES_MAX}
  `.execute(tx.db)
  return rows
}

async function historyOf(tx: ReadTx, complaintId: number): Promise<readonly Line[]> {
  const { rows } = await sql<Line>`
    select x.at, x.what, x.who
    from fulfilment.complaints c
    cross join lateral (
      select m.at, concat_ws(' -> ', m.from_state, m.to_state) as what, '' as who
      from vault.movements m
      where m.tenant_id = c.tenant_id and m.card_id = c.card_id
      union all
      select l.at, concat_ws(' ', 'complaint', l.kind, l.detail ->> 'word'), case when l.by_name = 'buyer' then 'buyer' else '' end
      from fulfilment.complaint_log l
      where l.tenant_id = c.tenant_id and l.complaint_id = c.id
    ) x
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.id = ${complaintId}::bigint
    order by x.at
  `.execute(tx.db)
  return rows
}

async function picturesOf(tx: ReadTx, complaintId: number): Promise<readonly { readonly content: Buffer }[]> {
  const { rows } = await sql<{ readonly content: Buffer }>`
    select content
    from fulfilment.complaint_pictures
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and complaint_id = ${complaintId}::bigint
    order by id
  `.execute(tx.db)
  return rows
}
