import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { rememberOrder } from '../../shared/api/queries.ts'
import type { Order } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { PasswordField } from '../../shared/ui/field.tsx'
import { Card } from '../../shared/ui/page.tsx'
import css from './order.module.css'

const LENGTH_MIN = 4

/** Whoever knows only the number sees the state; the query password opens the codes. */
export function Unlock({ order }: { readonly order: Order }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [queryPassword, setQueryPassword] = useState('')
  const unlock = useMutation({
    mutationFn: () => call('orders.lookup', { body: { no: order.no, queryPassword } }),
    onSuccess: ({ items }) => {
      const [opened] = items
      if (opened) rememberOrder(client, opened)
    },
  })
  const locked = unlock.isSuccess && unlock.data.items.every((item) => !item.canSeeCodes)
  const problem = unlock.error ? problemOf(unlock.error) : undefined
  const error =
    locked || problem?.status === 404
      ? t('order.unlockFailed')
      : problem && (problem.message || t('errors.offlineTitle'))
  return (
    <Card title={t('order.unlock')}>
      <form
        className={css.unlock}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (queryPassword.length >= LENGTH_MIN) unlock.mutate()
        }}
      >
        <PasswordField
          label={t('order.unlockLabel')}
          hint={t('order.unlockHint')}
          error={error}
          autoComplete="off"
          maxLength={64}
          value={queryPassword}
          onChange={(event) => setQueryPassword(event.target.value)}
        />
        <Button type="submit" look="primary" busy={unlock.isPending} disabled={queryPassword.length < LENGTH_MIN}>
          {t('order.unlock')}
        </Button>
        <p className={css.forgot}>{t('order.forgot')}</p>
      </form>
    </Card>
  )
}
