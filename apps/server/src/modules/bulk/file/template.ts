import { Readable } from 'node:stream'
import { commonErrors } from '@quanshu/contract'
import type { ReadTx } from '../../../platform/db/index.ts'
import type { FileReply } from '../../../platform/http/index.ts'
import { type Column, csvLines, xlsxReply } from '../../../platform/sheets/index.ts'
import { OWN_COLUMNS } from './columns.ts'
import { readCatalogue } from './goods.ts'
import { labelOf } from './lines.ts'

type Example = Readonly<Record<string, string>>

/**
 * An empty file with the columns that a variant asks for; without one, with a column for the goods.
 * @throws commonErrors.notFound for a variant that is not there
 */
export async function bulkTemplate(
  tx: ReadTx,
  { skuId, format }: { readonly skuId: number | undefined; readonly format: 'xlsx' | 'csv' },
): Promise<FileReply> {
  const { locale } = tx.ctx
  const own = (of: keyof typeof OWN_COLUMNS) => OWN_COLUMNS[of][locale === 'en' ? 1 : 0]
  const sku = skuId === undefined ? undefined : (await readCatalogue(tx, skuId)).byId(skuId)
  if (skuId !== undefined && !sku) throw commonErrors.notFound()
  const asked = (sku?.formFields ?? []).map((field) => labelOf(field, locale))
  const headers = [...(sku ? [] : [own('goods')]), ...asked, own('quantity'), own('contact'), own('reference')]
  const columns = headers.map(
    (header): Column<Example> => ({ header, kind: 'text', width: 22, value: (row) => row[header] ?? '' }),
  )
  const name = `bulk-template${skuId === undefined ? '' : `-${skuId}`}`
  const nothing = (): AsyncIterable<Example> => Readable.from([])
  return format === 'xlsx'
    ? xlsxReply(name, columns, nothing())
    : {
        content: Readable.from(csvLines(columns, nothing())),
        contentType: 'text/csv; charset=utf-8',
        fileName: `${name}.csv`,
      }
}
