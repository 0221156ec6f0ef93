export function CardListPage() {
  return null
}
