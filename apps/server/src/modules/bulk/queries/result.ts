import { Readable } from 'node:stream'
import type { BulkLine, BulkStanding } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { FileReply } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { csvLines, xlsxReply } from '../../../platform/sheets/index.ts'
import { openCards } from '../../vault/index.ts'
import { lineColumns, type ResultLine } from '../sheets.ts'
import { everyLine } from './lines.ts'

export type Result = {
  readonly bulkId: number
  readonly format: 'xlsx' | 'csv' | 'txt'
  readonly standings?: readonly BulkStanding[] | undefined
  /** Whoever asks for them has said why, and it is logged. */
  readonly withCodes: boolean
}

/** Every line and what became of it, as it stands while the file is written; some hundreds of lines in memory. */
export function resultFile(platform: Pick<Platform, 'db' | 'crypto'>, ctx: Ctx, result: Result): FileReply {
  const { bulkId, format, withCodes } = result
  const columns = lineColumns(ctx.locale, withCodes)
  const rows = rowsOf(platform, ctx, result)
  const name = `bulk-${bulkId}`
  if (format === 'xlsx') return xlsxReply(name, columns, rows)
  const isCsv = format === 'csv'
  return {
    content: Readable.from(csvLines(columns, rows, isCsv ? ',' : '\t')),
    contentType: isCsv ? 'text/csv; charset=utf-8' : 'text/plain; charset=utf-8',
    fileName: `${name}.${format}`,
  }
}

async function* rowsOf(
  platform: Pick<Platform, 'db' | 'crypto'>,
  ctx: Ctx,
  { bulkId, standings, withCodes }: Result,
): AsyncGenerator<ResultLine> {
  for await (const lines of everyLine((fn) => platform.db.read(ctx, fn), bulkId, standings)) {
    if (!withCodes) {
      yield* lines
      continue
    }
    const codes = await codesOf(platform, ctx, lines)
    for (const line of lines) yield { ...line, codes: codes.get(line.orderNo ?? 0) ?? [] }
  }
}

type Sealed = { readonly orderNo: number; readonly id: number; readonly sealed: Buffer }
/** So many codes are open at a time: a line may have ten thousand. */
const CODES_AT_ONCE = 2_000

/** What the orders of these lines hand out, by order; codes that were taken back are not among them. */
async function codesOf(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  ctx: Ctx,
  lines: readonly BulkLine[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const nos = lines.flatMap(({ orderNo, standing }) => (orderNo === null || standing !== 'delivered' ? [] : [orderNo]))
  const sealed = nos.length === 0 ? [] : await db.read(ctx, (tx) => sealedOf(tx, nos))
  const codes = new Map<number, string[]>()
  for (let at = 0; at < sealed.length; at += CODES_AT_ONCE) {
    const some = sealed.slice(at, at + CODES_AT_ONCE)
    const opened = await openCards(crypto, ctx.tenantId, some)
    for (const [index, { orderNo }] of some.entries()) {
      const known = codes.get(orderNo) ?? []
      known.push(opened[index]?.join('----') ?? '')
      codes.set(orderNo, known)
    }
  }
  return codes
}

async function sealedOf(tx: ReadTx, nos: readonly number[]): Promise<readonly Sealed[]> {
  const { rows } = await sql<Sealed>`
    select o.no as "orderNo", c.id, c.sealed
    from unnest(${nos}::bigint[]) with ordinality as o(no, n)
    cross join lateral (
      select g.card_id, g.piece
      from entitlements.grants g
      where g.tenant_id = ${tx.ctx.tenantId}::bigint
        and g.order_no = o.no
        and g.kind = 'card'
        and g.state <> 'revoked'
      offset 0
    ) g
    cross join lateral (
      select c.id, c.sealed
      from vault.cards c
      where c.tenant_id = ${tx.ctx.tenantId}::bigint
        and c.id = g.card_id
      offset 0
    ) c
    order by o.n, g.piece`.execute(tx.db)
  return rows
}
