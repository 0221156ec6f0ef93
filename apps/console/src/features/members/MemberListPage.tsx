export function MemberListPage() {
  return null
}
