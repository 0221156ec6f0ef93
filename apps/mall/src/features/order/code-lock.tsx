import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { numberParam } from '../../shared/api/problem.ts'
import { rememberOrder } from '../../shared/api/queries.ts'
import type { Order, OrderLine } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { useSecondsLeft } from '../../shared/seconds-left.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { TextField } from '../../shared/ui/field.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import css from './order.module.css'

const CODE = /^\d{6}$/
type Lock = NonNullable<OrderLine['lock']>

/** Codes that are kept to who bought them or to their device: whose they are, and how to open them here. */
export function CodeLock({ order, lock }: { readonly order: Order; readonly lock: Lock }) {
  const { t } = useI18n()
  if (lock.way === 'sign_in') {
    return (
      <Notice tone="info">
        <p>{t('order.lock.member')}</p>
        <ButtonLink size="small" to={`/sign-in?${new URLSearchParams({ next: `/orders/${order.no}` })}`}>
          {t('order.lock.signIn')}
        </ButtonLink>
      </Notice>
    )
  }
  if (lock.way === 'shop') return <Notice tone="warn">{t('order.lock.shop')}</Notice>
  return <AdmitDevice order={order} />
}

/** A code goes to the order's contact; whoever has it may open the codes here from now on. */
function AdmitDevice({ order }: { readonly order: Order }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [code, setCode] = useState('')
  const wait = useSecondsLeft()
  const params = { no: order.no }
  const send = useMutation({
    mutationFn: () => call('orders.sendDeviceCode', { params, body: {} }),
    onSuccess: ({ resendAfterSeconds }) => {
      wait.start(resendAfterSeconds)
      document.getElementById('device-code')?.focus()
    },
    onError: (error) => wait.start(numberParam(problemOf(error), 'retryAfterSeconds') ?? 0),
  })
  const admit = useMutation({
    mutationFn: () => call('orders.admitDevice', { params, body: { code } }),
    onSuccess: (opened) => rememberOrder(client, opened),
  })
  const problem = admit.error ?? send.error
  return (
    <div className={css.lock}>
      <Notice tone="info">{t('order.lock.device', { contact: order.contactMasked })}</Notice>
      <form
        className={css.unlock}
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (CODE.test(code)) admit.mutate()
        }}
      >
        <TextField
          id="device-code"
          label={t('order.lock.code')}
          hint={
            send.data
              ? t('order.lock.sent', {
                  contact: send.data.sentTo,
                  minutes: Math.round(send.data.expiresInSeconds / 60),
                })
              : t('order.lock.hint')
          }
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          value={code}
          onChange={(event) => setCode(event.target.value.replace(/\D/g, ''))}
        />
        {problem && <Notice>{problemOf(problem).message || t('errors.offlineText')}</Notice>}
        <div className={css.lockActions}>
          <Button
            busy={send.isPending}
            disabled={wait.left > 0}
            onClick={() => {
              admit.reset()
              send.mutate()
            }}
          >
            {wait.left > 0 ? t('signIn.resend', { seconds: wait.left }) : t('signIn.send')}
          </Button>
          <Button type="submit" look="primary" busy={admit.isPending} disabled={!CODE.test(code)}>
            {t('order.lock.open')}
          </Button>
        </div>
      </form>
    </div>
  )
}
