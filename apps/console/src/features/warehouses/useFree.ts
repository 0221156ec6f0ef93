import { useRead } from '../../shared/api/hooks.ts'

/** How many pieces of a SKU are free in each warehouse; 0 is the total one. Undefined while it is not known. */
export function useFree(skuId: number | null | undefined): ReadonlyMap<number, number> | undefined {
  const read = useRead(
    'stock.listWarehouseStock',
    { query: { skuId: skuId ?? undefined, pageSize: 200 } },
    { enabled: typeof skuId === 'number' },
  )
  return read.data && new Map(read.data.items.map((row) => [row.warehouseId ?? 0, row.available]))
}
