import { bulkErrors, type FormField } from '@quanshu/contract'

/** What a column of a file says of a line: one of ours, or an answer to the buyer's form, by a name of its field. */
export type Column = { readonly of: 'goods' | 'quantity' | 'contact' | 'reference' } | { readonly field: string }
type OwnColumn = 'goods' | 'quantity' | 'contact' | 'reference'

/** How the template names our columns; first Chinese, then English, then what people write instead. */
export const OWN_COLUMNS: Readonly<Record<OwnColumn, readonly [zh: string, en: string, ...others: string[]]>> = {
  goods: ['商品', 'Goods', '规格', '规格编号', '商品编号', 'sku', 'sku id', 'variant', 'product'],
  quantity: ['数量', 'Quantity', '件数', '张数', 'qty', 'count', 'pieces'],
  contact: ['联系方式', 'Contact', '收件人', '接收人', '通知', 'recipient', 'notify'],
  reference: ['外部单号', 'Reference', '参考号', '客户单号', '单号', 'ref', 'order id', 'external id'],
}

const plain = (heading: string): string =>
  heading
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s*:_-]+/g, '')

const OWN = new Map(
  Object.entries(OWN_COLUMNS).flatMap(([of, names]) => names.map((name) => [plain(name), of as OwnColumn] as const)),
)

/** The names that a field of the form goes by: its key, and its label in both languages. */
export const namesOf = ({ key, labelZh, labelEn }: FormField): readonly string[] =>
  [key, labelZh, labelEn].filter((name) => name !== '').map(plain)

/** Goods of one file may call different fields by one name, so the name is kept and each line's goods say which it is. */
export function fieldNamed(fields: readonly FormField[], name: string): FormField | undefined {
  return fields.find((field) => field.key === name) ?? fields.find((field) => namesOf(field).includes(plain(name)))
}

export type Heading = {
  /** By position; undefined where nothing is read from. */
  readonly columns: readonly (Column | undefined)[]
  readonly ignored: readonly string[]
}

/**
 * Finds out what each column is, by the words of the template in either language. Questions of the goods go first: goods
 * may ask for a "contact" of their own.
 * @returns undefined when no name is known, so that it is no heading
 * @throws bulkErrors.twiceTheColumn
 */
export function readHeading(cells: readonly string[], fields: readonly FormField[]): Heading | undefined {
  const asked = new Set(fields.flatMap(namesOf))
  const seen = new Set<string>()
  const ignored: string[] = []
  const columns = cells.map((cell): Column | undefined => {
    const name = plain(cell)
    if (name === '') return undefined
    const own = OWN.get(name)
    const column = asked.has(name) ? { field: cell.trim() } : own && { of: own }
    if (!column) {
      ignored.push(cell.trim().slice(0, 60))
      return undefined
    }
    const key = 'of' in column ? column.of : `field ${name}`
    if (seen.has(key)) throw bulkErrors.twiceTheColumn({ column: cell.trim() })
    seen.add(key)
    return column
  })
  return seen.size === 0 ? undefined : { columns, ignored }
}
