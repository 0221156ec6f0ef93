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
  readonly piece: number
  readonly cardId: CardId | null
  readonly codeId: number | null
  readonly sealed: Buffer
}
const eitherOf = ({ cardId, codeId, sealed }: Row) =>
  cardId === null ? { codeId: codeId ?? 0, sealed } : { cardId, sealed }

/** All codes of an order as a text file, a code a line, however many there are. The caller has checked who asks. */
export function codesFile(platform: Platform, ctx: Ctx, view: SealedView): FileReply {
  return {
    content: Readable.from(lines(platform, ctx, view)),
    contentType: 'text/plain; charset=utf-8',
    fileName: `${view.no}.txt`,
  }
}

async function* lines(platform: Platform, ctx: Ctx, view: SealedView): AsyncGenerator<string> {
  for (const line of view.lines) {
    if (line.state !== 'delivered') continue
    yield `# ${line.goodsTitle} ${line.skuTitle} × ${line.deliveredQuantity}\r\n`
    for (let after = 0; ; ) {
      const rows = await platform.db.read(ctx, async (tx) => {
        const page = await sql<Row>`
          select g.piece, c.id as "cardId", r.id as "codeId", coalesce(c.sealed, r.sealed) as sealed
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
      for (const parts of opened) yield `${parts.join('----')}\r\n`
      const last = rows.at(-1)
      if (!last || rows.length < CHUNK) break
      after = last.piece
    }
  }
}
