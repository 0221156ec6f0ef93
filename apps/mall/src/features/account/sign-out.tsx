import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { memberHint } from '../../shared/api/member-hint.ts'
import { meQuery } from '../../shared/api/queries.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { ConfirmDialog } from '../../shared/ui/dialog.tsx'
import { Notice } from '../../shared/ui/states.tsx'

export function SignOut() {
  const { t } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const signOut = useMutation({
    mutationFn: () => call('members.signOut', {}),
    onSuccess: async () => {
      // Nothing of the member's stays on a device that others may use.
      client.removeQueries({ queryKey: ['orders'] })
      client.removeQueries({ queryKey: ['order'] })
      client.removeQueries({ queryKey: ['sessions'] })
      client.removeQueries({ queryKey: ['movements'] })
      client.removeQueries({ queryKey: ['rights'] })
      client.removeQueries({ queryKey: ['wecom'] })
      client.setQueryData(meQuery.queryKey, null)
      memberHint.write(false)
      await navigate('/')
    },
  })
  return (
    <>
      <Button block onClick={() => setAsking(true)}>
        {t('common.signOut')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('me.signOutTitle')}
          text={t('me.signOutText')}
          yes={t('common.signOut')}
          busy={signOut.isPending}
          onYes={() => signOut.mutate()}
          onNo={() => setAsking(false)}
        >
          {signOut.error && <Notice>{problemOf(signOut.error).message || t('errors.offlineText')}</Notice>}
        </ConfirmDialog>
      )}
    </>
  )
}
