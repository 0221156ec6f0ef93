export function MemberDetailPage() {
  return null
}
