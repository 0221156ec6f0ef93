export function BatchDetailPage() {
  return null
}
