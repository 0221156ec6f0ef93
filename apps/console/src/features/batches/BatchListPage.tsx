export function BatchListPage() {
  return null
}
