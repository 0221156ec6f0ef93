export function RefundListPage() {
  return null
}
