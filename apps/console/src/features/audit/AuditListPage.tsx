export function AuditListPage() {
  return null
}
