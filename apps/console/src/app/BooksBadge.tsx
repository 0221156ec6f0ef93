import { Badge } from 'antd'
import { useRead } from '../shared/api/hooks.ts'

const LOOK_EVERY_MS = 60_000

/** Open violations of the books, where nobody can miss them. */
export function BooksBadge() {
  const { data } = useRead('books.overview', {}, { refreshMs: LOOK_EVERY_MS, staleMs: LOOK_EVERY_MS / 2 })
  return <Badge count={data?.open ?? 0} overflowCount={99} size="small" />
}
