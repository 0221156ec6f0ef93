import type { FileMapping, ProductKind, SupplyLineProblem } from '@quanshu/contract'

/** A row as it is kept. `broken`: a cell cannot be read for certain, such as an open quote or a number that lost digits. */
export type FileRow = { readonly line: number; readonly cells: readonly string[]; readonly broken: boolean }

/** A product as a line of a file gives it; what the file does not say is left out. An item of `suppliers.keep_own`. */
export type FileItem = {
  readonly remoteId: string
  readonly name?: string
  readonly kind?: ProductKind
  readonly costHao?: number
  readonly stock?: number
  readonly onSale?: boolean
}
export type ReadLine =
  | { readonly line: number; readonly remoteId: string; readonly item: FileItem }
  | { readonly line: number; readonly remoteId: string; readonly problem: SupplyLineProblem }

const HAO_PER_YUAN = 10_000
const COST_HAO_MAX = 1_000_000_000_000
const STOCK_MAX = 100_000_000

/** Headings as suppliers write them, the likeliest first. */
const HEADINGS: Readonly<Record<Exclude<keyof FileMapping, 'newKind'>, RegExp>> = {
  remoteId: /^(?:商品|产品|货品)?(?:编码|编号|货号|代码|id)$|^(?:sku|code|product ?(?:code|id|no\.?))$/i,
  name: /^(?:商品|产品|货品)?(?:名称|名)$|^(?:商品|产品|name|product|title)$/i,
  cost: /价|成本|price|cost/i,
  stock: /库存|数量|余量|stock|quantity|qty|inventory/i,
  onSale: /在售|上架|状态|on ?sale|status|active/i,
}

/** Which column is what, as far as the headings say it; undefined when none looks like the code. */
export function guessMapping(columns: readonly string[]): FileMapping | undefined {
  const find = (heading: RegExp) => columns.find((column) => heading.test(column)) ?? ''
  const remoteId = find(HEADINGS.remoteId)
  if (remoteId === '') return undefined
  const { name, cost, stock, onSale } = HEADINGS
  return { remoteId, name: find(name), cost: find(cost), stock: find(stock), onSale: find(onSale), newKind: 'skip' }
}

/** The first column of the mapping that the file does not have. */
export function missingColumn(columns: readonly string[], mapping: FileMapping): string | undefined {
  const { newKind: _, ...named } = mapping
  return Object.values(named).find((column) => column !== '' && !columns.includes(column))
}

/**
 * Understands rows by their columns.
 * @param known the codes that the supplier has here: only these may leave out name and price
 */
export function readLines(
  columns: readonly string[],
  rows: readonly FileRow[],
  mapping: FileMapping,
  known: ReadonlySet<string>,
): readonly ReadLine[] {
  const seen = new Set<string>()
  return rows.map(({ line, cells, broken }) => {
    const of = (column: string) => (column === '' ? '' : (cells[columns.indexOf(column)] ?? ''))
    const remoteId = of(mapping.remoteId)
    const no = (problem: SupplyLineProblem) => ({ line, remoteId: remoteId.slice(0, 128), problem })
    if (broken) return no('broken')
    if (remoteId === '' || remoteId.length > 128) return no('code')
    if (seen.has(remoteId)) return no('twice')
    seen.add(remoteId)
    const costHao = costOf(of(mapping.cost))
    const stock = stockOf(of(mapping.stock))
    const onSale = onSaleOf(of(mapping.onSale))
    if (costHao === null) return no('cost')
    if (stock === null) return no('stock')
    if (onSale === null) return no('on_sale')
    const name = of(mapping.name)
    const told = {
      ...(name !== '' && { name: name.slice(0, 200) }),
      ...(costHao !== undefined && { costHao }),
      ...(stock !== undefined && { stock }),
      ...(onSale !== undefined && { onSale }),
    }
    if (known.has(remoteId)) return { line, remoteId, item: { remoteId, ...told } }
    if (mapping.newKind === 'skip') return no('unknown')
    if (name === '') return no('name')
    if (costHao === undefined) return no('cost')
    return { line, remoteId, item: { remoteId, kind: mapping.newKind, ...told } }
  })
}

/** Undefined: not told; null: not a price. At most four decimals, as prices of suppliers have. */
function costOf(text: string): number | undefined | null {
  const plain = text.replace(/^[¥￥]\s*|[,，\s]|元$/g, '')
  if (plain === '') return undefined
  if (!/^\d{1,8}(?:\.\d{1,4}0*)?$/.test(plain)) return null
  const hao = Math.round(Number(plain) * HAO_PER_YUAN)
  return hao <= COST_HAO_MAX ? hao : null
}

function stockOf(text: string): number | undefined | null {
  const plain = text.replace(/[,，\s]/g, '')
  if (plain === '') return undefined
  if (!/^\d{1,9}(?:\.0+)?$/.test(plain)) return null
  const pieces = Math.trunc(Number(plain))
  return pieces <= STOCK_MAX ? pieces : null
}

function onSaleOf(text: string): boolean | undefined | null {
  if (text === '') return undefined
  if (/^(?:是|在售|上架|已上架|启用|正常|1|y|yes|true|on|active)$/i.test(text)) return true
  if (/^(?:否|停售|下架|已下架|停用|0|n|no|false|off|inactive)$/i.test(text)) return false
  return null
}
