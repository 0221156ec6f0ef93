export function ExceptionListPage() {
  return null
}
