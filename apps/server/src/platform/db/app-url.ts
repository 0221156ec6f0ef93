/** The application's connection made from the owner's: the same sign-in, bound to the role `quanshu_app` at once. */
export function appUrlOf(ownerUrl: string): string {
  const url = new URL(ownerUrl)
  const given = url.searchParams.get('options')
  url.searchParams.set('options', [given, '-c role=quanshu_app'].filter(Boolean).join(' '))
  return url.href
}
