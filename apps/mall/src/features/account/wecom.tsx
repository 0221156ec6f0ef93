import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { myWecomQuery } from '../../shared/api/queries.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { ConfirmDialog } from '../../shared/ui/dialog.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { toast } from '../../shared/ui/toast.tsx'
import css from './account.module.css'

/** Being told by WeCom: joined here, left here. A shop without it shows nothing. */
export function Wecom() {
  const { t, day } = useI18n()
  const wecom = useQuery(myWecomQuery)
  if (!wecom.data) return null
  const { offered, joined } = wecom.data
  if (!offered && !joined) return null
  return (
    <Card title={t('me.told')}>
      <div className={css.session}>
        <span>
          {t('me.wecom')}
          <span className={css.small} style={{ display: 'block' }}>
            {joined ? t('me.wecomJoined', { user: joined.user, at: day(joined.at) }) : t('me.wecomHint')}
          </span>
        </span>
        {joined ? <Leave user={joined.user} /> : <Join />}
      </div>
    </Card>
  )
}

/** WeCom says who this is, and sends the browser back to a page that joins. */
function Join() {
  const { t } = useI18n()
  const start = useMutation({
    mutationFn: () => call('notify.startWecom', {}),
    onSuccess: ({ url }) => location.assign(url),
    onError: (error) => toast(problemOf(error).message || t('errors.offlineText')),
  })
  return (
    <Button size="small" busy={start.isPending || start.isSuccess} onClick={() => start.mutate()}>
      {t('me.wecomJoin')}
    </Button>
  )
}

function Leave({ user }: { readonly user: string }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const leave = useMutation({
    mutationFn: () => call('notify.leaveWecom', {}),
    onSuccess: (now) => {
      client.setQueryData(myWecomQuery.queryKey, now)
      setAsking(false)
      toast(t('me.wecomLeft'))
    },
  })
  return (
    <>
      <Button look="quiet" size="small" onClick={() => setAsking(true)}>
        {t('me.wecomLeave')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('me.wecomLeaveTitle')}
          text={t('me.wecomLeaveText', { user })}
          yes={t('me.wecomLeave')}
          busy={leave.isPending}
          onYes={() => leave.mutate()}
          onNo={() => setAsking(false)}
        >
          {leave.error && <Notice>{problemOf(leave.error).message || t('errors.offlineText')}</Notice>}
        </ConfirmDialog>
      )}
    </>
  )
}
