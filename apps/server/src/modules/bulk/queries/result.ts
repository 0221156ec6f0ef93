import { Readable } from 'node:stream'
import type { BulkLine, BulkStanding } from '@quanshu/contract'
import type { CardId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { FileReply } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { csvLines, xlsxReply } from '../../../platform/sheets/index.ts'
import { openCodes } from '../../orders/index.ts'
import { shopPrefix } from '../../tenancy/index.ts'
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
export function resultFile(platform: Pick<Platform, 'db' | 'crypto' | 'config'>, ctx: Ctx, result: Result): FileReply {
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
  platform: Pick<Platform, 'db' | 'crypto' | 'config'>,
  ctx: Ctx,
  { bulkId, standings, withCodes }: Result,
): AsyncGenerator<ResultLine> {
  for await (const lines of everyLine((fn) => platform.db.read(ctx, fn), bulkId, standings)) {
    if (!withCodes) {
      yield* lines
      continue
    }
    const codes = await codesOf(platform, ctx, lines)
    for (const line of lines) yield* withAll(line, codes.get(line.orderNo ?? 0) ?? [])
  }
}

/** A cell of a sheet holds 32,767 characters: what does not fit stands in further rows, whose sums are nought. */
const CELL_MAX = 30_000

function* withAll(line: BulkLine, codes: readonly string[]): Generator<ResultLine> {
  let some: string[] = []
  let length = 0
  let isFirst = true
  for (const code of codes) {
    if (some.length > 0 && length + code.length + 1 > CELL_MAX) {
      yield isFirst ? { ...line, codes: some } : { ...line, quantity: 0, amountFen: 0, codes: some }
      isFirst = false
      some = []
      length = 0
    }
    some.push(code)
    length += code.length + 1
  }
  yield isFirst ? { ...line, codes: some } : { ...line, quantity: 0, amountFen: 0, codes: some }
}

type Sealed = {
  readonly orderNo: number
  readonly cardId: CardId | null
  readonly codeId: number
  readonly sealed: Buffer
}
/** So many codes are open at a time: a line may have ten thousand. */
const CODES_AT_ONCE = 2_000

/**
 * What the orders of these lines hand out, by order; codes that were taken back are not among them. A redeem code is given with
 * the link that redeems it.
 */
async function codesOf(
  platform: Pick<Platform, 'db' | 'crypto' | 'config'>,
  ctx: Ctx,
  lines: readonly BulkLine[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const nos = lines.flatMap(({ orderNo, standing }) => (orderNo === null || standing !== 'delivered' ? [] : [orderNo]))
  const sealed = nos.length === 0 ? [] : await platform.db.read(ctx, (tx) => sealedOf(tx, nos))
  const shop = sealed.some(({ cardId }) => cardId === null)
    ? `${platform.config.publicUrl}${await shopPrefix(platform, ctx.tenantId)}`
    : ''
  const codes = new Map<number, string[]>()
  for (let at = 0; at < sealed.length; at += CODES_AT_ONCE) {
    const some = sealed.slice(at, at + CODES_AT_ONCE)
    const opened = await openCodes(
      platform.crypto,
      ctx.tenantId,
      some.map(({ cardId, codeId, sealed }) => (cardId === null ? { codeId, sealed } : { cardId, sealed })),
    )
    for (const [index, { orderNo, cardId }] of some.entries()) {
      const parts = opened[index] ?? []
      const known = codes.get(orderNo) ?? []
      known.push(cardId === null ? `${parts[0]} ${shop}/redeem#${parts[0]}` : parts.join('----'))
      codes.set(orderNo, known)
    }
  }
  return codes
}

async function sealedOf(tx: ReadTx, nos: readonly number[]): Promise<readonly Sealed[]> {
  const { rows } = await sql<Sealed>`
    select o.no as "orderNo", g.card_id as "cardId", coalesce(r.id, 0) as "codeId", coalesce(c.sealed, r.sealed) as sealed
    from unnest(${nos}::bigint[]) with ordinality as o(no, n)
    cross join lateral (
      select g.kind, g.card_id, g.line_no, g.piece
      from entitlements.grants g
      where g.tenant_id = ${tx.ctx.tenantId}::bigint
        and g.order_no = o.no
        and catalog.deliver_of(g.kind) in ('pick', 'make')
        and g.state <> 'revoked'
      offset 0
    ) g
    left join lateral (
      select c.sealed
      from vault.cards c
      where c.tenant_id = ${tx.ctx.tenantId}::bigint
        and c.id = g.card_id
      offset 0
    ) c on true
    left join lateral (
      select r.id, r.sealed
      from redeem.codes r
      where catalog.deliver_of(g.kind) = 'make'
        and r.tenant_id = ${tx.ctx.tenantId}::bigint
        and r.order_no = o.no
        and r.order_no is not null
        and r.line_no = g.line_no
        and r.piece = g.piece
      offset 0
    ) r on true
    order by o.n, g.piece`.execute(tx.db)
  return rows
}
