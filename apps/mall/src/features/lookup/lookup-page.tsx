import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { numberParam, type Problem } from '../../shared/api/problem.ts'
import { rememberOrder } from '../../shared/api/queries.ts'
import { isContact, isQueryPassword, QUERY_PASSWORD_LENGTH_MAX } from '../../shared/form-check.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { focusFirstFault, PasswordField, TextField } from '../../shared/ui/field.tsx'
import { OrderCard } from '../../shared/ui/order-card.tsx'
import { Card, Page } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import css from './lookup.module.css'

type Mode = 'no' | 'contact'

/** Finds orders without signing in: by number, or by contact and query password. Wrong and missing look the same. */
export function LookupPage() {
  const { t } = useI18n()
  const [params] = useSearchParams()
  const client = useQueryClient()
  const form = useRef<HTMLFormElement>(null)
  const [mode, setMode] = useState<Mode>('no')
  const [no, setNo] = useState(params.get('no') ?? '')
  const [contact, setContact] = useState('')
  const [queryPassword, setQueryPassword] = useState('')
  const [tried, setTried] = useState(false)

  const digits = no.replace(/\D/g, '')
  const faults = {
    no: mode === 'no' && !/^\d{16}$/.test(digits) ? t('lookup.noError') : undefined,
    contact: mode === 'contact' && !isContact(contact) ? t('checkout.errors.contact') : undefined,
    password: isQueryPassword(queryPassword, mode === 'contact') ? undefined : t('checkout.errors.password'),
  }
  const lookup = useMutation({
    mutationFn: () =>
      mode === 'no'
        ? call('orders.lookup', {
            body: { no: Number(digits), ...(queryPassword === '' ? {} : { queryPassword }) },
          })
        : call('orders.lookup', { body: { contact: contact.trim(), queryPassword } }),
    onSuccess: ({ items }) => {
      for (const order of items) rememberOrder(client, order)
    },
  })

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (Object.values(faults).some((fault) => fault !== undefined)) {
      requestAnimationFrame(() => focusFirstFault(form.current))
      return
    }
    lookup.mutate()
  }
  const shown: Partial<typeof faults> = tried ? faults : {}
  const choose = (next: Mode) => {
    setMode(next)
    setTried(false)
    lookup.reset()
  }
  return (
    <Page title={t('lookup.title')} narrow>
      <p className={css.intro}>{t('lookup.intro')}</p>
      <Card>
        <fieldset className={css.modes} aria-label={t('lookup.title')}>
          {(['no', 'contact'] as const).map((each) => (
            <label key={each} className={css.mode}>
              <input type="radio" name="mode" checked={mode === each} onChange={() => choose(each)} />
              {each === 'no' ? t('lookup.byNo') : t('lookup.byContact')}
            </label>
          ))}
        </fieldset>
        <form ref={form} className={css.form} noValidate onSubmit={submit}>
          {mode === 'no' ? (
            <TextField
              label={t('lookup.no')}
              hint={t('lookup.noHint')}
              error={shown.no}
              inputMode="numeric"
              autoComplete="off"
              maxLength={24}
              value={no}
              onChange={(event) => setNo(event.target.value)}
            />
          ) : (
            <TextField
              label={t('checkout.contact')}
              error={shown.contact}
              autoComplete="email"
              autoCapitalize="off"
              maxLength={254}
              value={contact}
              onChange={(event) => setContact(event.target.value)}
            />
          )}
          <PasswordField
            label={t('lookup.password')}
            hint={mode === 'no' ? t('lookup.passwordHintNo') : t('lookup.passwordHintContact')}
            error={shown.password}
            optional={mode === 'no'}
            autoComplete="off"
            maxLength={QUERY_PASSWORD_LENGTH_MAX}
            value={queryPassword}
            onChange={(event) => setQueryPassword(event.target.value)}
          />
          {lookup.error && <Failure problem={problemOf(lookup.error)} />}
          <Button type="submit" look="primary" size="large" busy={lookup.isPending}>
            {t('lookup.submit')}
          </Button>
        </form>
      </Card>
      {lookup.data && (
        <section className={css.found} style={{ marginTop: 20 }} role="status">
          {lookup.data.items.length === 0 ? (
            <Notice tone="warn">{t('lookup.failed')}</Notice>
          ) : (
            <h2>{t('lookup.found', { count: lookup.data.items.length })}</h2>
          )}
          {lookup.data.items.map((order) => (
            <OrderCard key={order.no} order={order} />
          ))}
        </section>
      )}
    </Page>
  )
}

function Failure({ problem }: { readonly problem: Problem }) {
  const { t } = useI18n()
  if (problem.status === 0) return <Notice>{t('errors.offlineText')}</Notice>
  const seconds = numberParam(problem, 'retryAfterSeconds')
  if (problem.status === 429 && seconds) return <Notice>{t('lookup.limited', { seconds })}</Notice>
  return <Notice>{problem.status === 404 ? t('lookup.failed') : problem.message}</Notice>
}
