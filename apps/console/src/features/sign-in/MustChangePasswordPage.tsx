export function MustChangePasswordPage() {
  return null
}
