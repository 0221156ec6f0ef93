import { Card, Skeleton } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { EmailChannel } from './EmailChannel.tsx'
import { SmsChannel } from './SmsChannel.tsx'

/** How the shop sends text messages and mail. */
export function MessagesTab() {
  const { data, error, refetch } = useRead('notify.getChannels', {})
  if (!data)
    return <Card>{error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}</Card>
  return (
    <div className="stack">
      <SmsChannel channel={data.sms} />
      <EmailChannel channel={data.email} />
    </div>
  )
}
