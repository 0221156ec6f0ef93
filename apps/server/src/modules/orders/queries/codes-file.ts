import { Readable } from 'node:stream'
import type { CardId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { FileReply } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { openCodes } from './open-codes.ts'
import type { SealedView } from './sealed-views.ts'

const CHUNK = 1_000

type Row = {
  readonly id: number
  readonly piece: number
  readonly cardId: CardId | null
  readonly codeId: number | null
  readonly sealed: Buffer
}
const eitherOf = ({ cardId, codeId, sealed }: Row) =>
  cardId === null ? { codeId: codeId ?? 0, sealed } : { cardId, sealed }

/** Stands before a code that is not to be used today, behind the `#` that importers of codes pass over. */
const CALLED_BACK = {
  'zh-CN': '召回中，请勿使用：',
  en: 'Recalled, do not use: ',
}

/** All codes of an order as a text file, a code a line, however many there are. The caller has checked who asks. */
export function codesFile(platform: Platform, ctx: Ctx, view: SealedView): FileReply {
  return {
    content: Readable.from(lines(platform, ctx, view)),
    contentType: 'text/plain; charset=utf-8',
    fileName: `${view.no}.txt`,
  }
}

async function* lines(platform: Platform, ctx: Ctx, view: SealedView): AsyncGenerator<string> {
  const calledBack = await calledBackOf(platform, ctx, view)
  for (const line of view.lines) {
    if (line.state !== 'delivered') continue
    yield `# ${line.goodsTitle} ${line.skuTitle} × ${line.deliveredQuantity}\r\n`
    for (let after = 0; ; ) {
      const rows = await platform.db.read(ctx, async (tx) => {
        const page = await sql<Row>`
          select g.id, g.piece, c.id as "cardId", r.id as "codeId", coalesce(c.sealed, r.sealed) as sealed
          from entitlements.grants g
          left join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
          left join redeem.codes r
            on r.tenant_id = g.tenant_id
            and catalog.deliver_of(g.kind) = 'make'
            and r.order_no = g.order_no
            and r.line_no = g.line_no
            and r.piece = g.piece
          where g.tenant_id = ${ctx.tenantId}::bigint
            and g.order_no = ${view.no}::bigint
            and g.line_no = ${line.lineNo}::smallint
            and catalog.deliver_of(g.kind) in ('pick', 'make')
            and g.state <> 'revoked'
            and g.piece > ${after}::integer
          order by g.piece
          limit ${CHUNK}
        `.execute(tx.db)
        return page.rows
      })
      const opened = await openCodes(platform.crypto, ctx.tenantId, rows.map(eitherOf))
      for (const [at, parts] of opened.entries()) {
        const mark = calledBack.has(rows[at]?.id ?? 0) ? `# ${CALLED_BACK[ctx.locale]}` : ''
        yield `${mark}${parts.join('----')}\r\n`
      }
      const last = rows.at(-1)
      if (!last || rows.length < CHUNK) break
      after = last.piece
    }
  }
}

/** Its pieces that are called back; an order whose codes never were is not asked about. */
async function calledBackOf({ db }: Platform, ctx: Ctx, view: SealedView): Promise<ReadonlySet<number>> {
  if (view.recalls === null) return new Set()
  const { rows } = await db.read(ctx, (tx) =>
    sql<{ readonly id: number }>`
      select r.grant_id as id
      from fulfilment.recalls_of(${ctx.tenantId}::bigint, ${view.no}::bigint, null) r
      where r.state in ('recalled', 'replacing', 'refunding')
    `.execute(tx.db),
  )
  return new Set(rows.map(({ id }) => id))
}
