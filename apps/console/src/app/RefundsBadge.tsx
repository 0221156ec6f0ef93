import { Badge } from 'antd'
import { useRead } from '../shared/api/hooks.ts'

const LOOK_EVERY_MS = 60_000

/** Refunds that wait for a second person. */
export function RefundsBadge() {
  const { data } = useRead(
    'payments.listRefunds',
    { query: { state: ['awaiting'], pageSize: 1 } },
    { refreshMs: LOOK_EVERY_MS, staleMs: LOOK_EVERY_MS / 2 },
  )
  return <Badge count={data?.total ?? 0} overflowCount={99} size="small" />
}
