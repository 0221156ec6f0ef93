export function StockListPage() {
  return null
}
