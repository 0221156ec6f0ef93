import { supplierQualityRoutes as routes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Column, xlsxReply } from '../../../platform/sheets/index.ts'
import { type Quality, readQuality } from './read-quality.ts'

type Figures = Quality['days'][number] | Quality['products'][number]

export function qualityRoutes({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(routes.read, ({ ctx, params, query }) => db.read(ctx, (tx) => readQuality(tx, params.supplierId, query))),
    handle(routes.export, async ({ ctx, params, query: { by, ...span } }) => {
      const quality = await db.read(ctx, (tx) => readQuality(tx, params.supplierId, span))
      await db.write(ctx, async (tx) =>
        tx.audit({
          action: 'supplier.export_quality',
          objectKind: 'supplier',
          objectId: params.supplierId,
          detail: { by, ...span },
        }),
      )
      const rows: readonly Figures[] = by === 'day' ? quality.days : quality.products
      return xlsxReply(`supplier-${params.supplierId}-${span.from}-${span.to}`, columns(ctx.locale, by), each(rows))
    }),
  ]
}

async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows
}

function columns(locale: 'zh-CN' | 'en', by: 'day' | 'product'): readonly Column<Figures>[] {
  const word = (zh: string, en: string) => (locale === 'en' ? en : zh)
  const whole = (value: number | null) => (value === null ? null : Math.round(value))
  return [
    {
      header: by === 'day' ? word('日期', 'Day') : word('商品', 'Product'),
      kind: 'text',
      width: by === 'day' ? 12 : 36,
      value: (row) => ('day' in row ? row.day : row.product),
    },
    { header: word('采购', 'Sent'), kind: 'integer', value: (row) => row.sent },
    { header: word('有结果', 'Ended'), kind: 'integer', value: (row) => row.ended },
    { header: word('到货', 'Arrived'), kind: 'integer', value: (row) => row.arrived },
    { header: word('拒绝', 'Refused'), kind: 'integer', value: (row) => row.refused },
    { header: word('曾结果不明', 'Once unknown'), kind: 'integer', value: (row) => row.unknown },
    { header: word('不明后到货', 'Unknown, arrived'), kind: 'integer', value: (row) => row.unknownArrived },
    { header: word('不明后拒绝', 'Unknown, refused'), kind: 'integer', value: (row) => row.unknownRefused },
    { header: word('仍不明', 'Still unknown'), kind: 'integer', value: (row) => row.unknownOpen },
    { header: word('先拒后到', 'Contradicted'), kind: 'integer', value: (row) => row.contradicted },
    { header: word('超过限价', 'Above its ceiling'), kind: 'integer', value: (row) => row.dear },
    { header: word('件数', 'Pieces'), kind: 'integer', value: (row) => row.pieces },
    { header: word('坏卡', 'Bad codes'), kind: 'integer', value: (row) => row.badPieces },
    { header: word('p50（秒）', 'p50 (s)'), kind: 'integer', value: (row) => whole(row.p50) },
    { header: word('p95（秒）', 'p95 (s)'), kind: 'integer', value: (row) => whole(row.p95) },
    { header: word('成本', 'Cost'), kind: 'fen', value: (row) => row.costFen },
  ]
}
