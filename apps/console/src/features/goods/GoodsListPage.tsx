export function GoodsListPage() {
  return null
}
