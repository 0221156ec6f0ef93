import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import type { Session } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { ConfirmDialog } from '../../shared/ui/dialog.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import css from './account.module.css'
import { deviceName } from './device-name.ts'

/** Where this account is signed in; a device that is not one's own can be signed out from here. */
export function Sessions() {
  const { t, time } = useI18n()
  const client = useQueryClient()
  const [ending, setEnding] = useState<Session>()
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => call('members.listMySessions', {}) })
  const end = useMutation({
    mutationFn: (id: number) => call('members.endMySession', { params: { id } }),
    onSuccess: async () => {
      setEnding(undefined)
      await client.invalidateQueries({ queryKey: ['sessions'] })
    },
  })
  const items = sessions.data?.items ?? []
  if (items.length === 0) return null
  const nameOf = (session: Session) => deviceName(session.userAgent) || t('me.unknownDevice')
  return (
    <Card title={t('me.sessions')}>
      <ul className={css.rows}>
        {items.map((session) => (
          <li key={session.id} className={css.session}>
            <span>
              {nameOf(session)}
              <span className={css.small} style={{ display: 'block' }}>
                {session.ip && `${session.ip} · `}
                {t('me.lastSeen', { at: time(session.lastSeenAt) })}
              </span>
            </span>
            {session.current ? (
              <span className={css.small}>{t('me.current')}</span>
            ) : (
              <Button look="quiet" size="small" onClick={() => setEnding(session)}>
                {t('me.endSession')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {ending && (
        <ConfirmDialog
          title={t('me.endSessionTitle')}
          text={t('me.endSessionText', { device: nameOf(ending) })}
          yes={t('me.endSession')}
          busy={end.isPending}
          onYes={() => end.mutate(ending.id)}
          onNo={() => setEnding(undefined)}
        >
          {end.error && <Notice>{problemOf(end.error).message || t('errors.offlineText')}</Notice>}
        </ConfirmDialog>
      )}
    </Card>
  )
}
