import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { isUncertain } from '../../shared/api/problem.ts'
import { rememberOrder } from '../../shared/api/queries.ts'
import type { Me, RedeemFace } from '../../shared/api/types.ts'
import { BuyerQuestion } from '../../shared/buyer-question.tsx'
import { FindAgain } from '../../shared/find-again.tsx'
import { currentLocale, useI18n } from '../../shared/i18n/index.ts'
import { placingKey } from '../../shared/placing-key.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { focusFirstFault } from '../../shared/ui/field.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { type Draft, faultsOf, formOf } from './form.ts'
import css from './redeem.module.css'

const SIGN_IN = `/sign-in?${new URLSearchParams({ next: '/redeem' })}`

type Props = {
  readonly code: string
  readonly face: RedeemFace
  readonly me: Me | null
  /** The code stands otherwise than it is shown. */
  readonly onStale: () => void
}

/** What has to be said to redeem: the goods' own questions, and how the order is found again. */
export function RedeemForm({ code, face, me, onStale }: Props) {
  const { t } = useI18n()
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState<Draft>({ contact: '', queryPassword: '', answers: {}, repeats: {} })
  const [tried, setTried] = useState(false)
  const redeem = useRedeem(code, onStale)
  const isGuest = me === null
  const faults = faultsOf(draft, face, isGuest)
  const shown = tried ? faults : {}

  if (isGuest && (!face.guestsMay || face.membersOnly)) {
    return (
      <Card title={t('redeem.signInTitle')}>
        <div className={css.form}>
          <p>{t(face.membersOnly ? 'redeem.membersOnly' : 'redeem.signInText')}</p>
          <ButtonLink look="primary" size="large" to={SIGN_IN}>
            {t('common.signIn')}
          </ButtonLink>
        </div>
      </Card>
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (Object.keys(faults).length > 0) requestAnimationFrame(() => focusFirstFault(form.current))
    else if (!redeem.isPending) redeem.mutate({ draft, face, isGuest })
  }
  return (
    <form ref={form} className={css.fields} noValidate onSubmit={submit}>
      {face.formFields.length > 0 && (
        <Card title={t('checkout.form')}>
          <div className={css.form}>
            {face.formFields.map((field) => (
              <BuyerQuestion
                key={field.key}
                field={field}
                answer={draft.answers[field.key]}
                repeat={draft.repeats[field.key]}
                fault={shown[`field.${field.key}`]}
                repeatFault={shown[`repeat.${field.key}`]}
                onAnswer={(value) => setDraft({ ...draft, answers: { ...draft.answers, [field.key]: value } })}
                onRepeat={(value) => setDraft({ ...draft, repeats: { ...draft.repeats, [field.key]: value } })}
              />
            ))}
          </div>
        </Card>
      )}
      <Card title={t('checkout.contactTitle')}>
        <div className={css.form}>
          <FindAgain
            given={draft}
            faults={shown}
            isGuest={isGuest}
            passwordRequired={face.queryPasswordRequired}
            onChange={(given) => setDraft({ ...draft, ...given })}
          />
        </div>
      </Card>
      {redeem.error && <Failure error={redeem.error} />}
      <Button
        type="submit"
        look="primary"
        size="large"
        block
        busy={redeem.isPending}
        disabled={!face.inStock && !face.waitsWhenShort}
      >
        {redeem.isPending ? t('redeem.redeeming') : t('redeem.submit')}
      </Button>
      {isGuest && (
        <p className={css.aside}>
          {t('redeem.orSignIn')}{' '}
          <ButtonLink look="soft" to={SIGN_IN}>
            {t('common.signIn')}
          </ButtonLink>
        </p>
      )}
    </form>
  )
}

type Asked = { readonly draft: Draft; readonly face: RedeemFace; readonly isGuest: boolean }

/** One key for one redemption, however often it is sent; then to the order, which shows what came of it. */
function useRedeem(code: string, onStale: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: ({ draft, face, isGuest }: Asked) => {
      const body = {
        code,
        contact: draft.contact.trim(),
        ...(isGuest && draft.queryPassword !== '' ? { queryPassword: draft.queryPassword } : {}),
        form: formOf(draft, face),
        locale: currentLocale(),
      }
      return call('redeem.redeem', { body }, { idempotencyKey: placingKey.for(body) })
    },
    onSuccess: (order) => {
      placingKey.forget()
      rememberOrder(client, order)
      void navigate(`/orders/${order.no}`, { replace: true })
    },
    onError: (error) => {
      const problem = problemOf(error)
      if (isUncertain(problem)) return
      placingKey.forget()
      if (problem.status === 409) onStale()
    },
  })
}

function Failure({ error }: { readonly error: unknown }) {
  const { t } = useI18n()
  const problem = problemOf(error)
  if (problem.status === 0) return <Notice>{t('redeem.networkKept')}</Notice>
  if (problem.code === 'orders.sold_out' || problem.code === 'orders.bundle_part_short')
    return <Notice>{t('redeem.noStock')}</Notice>
  return <Notice>{problem.message}</Notice>
}
