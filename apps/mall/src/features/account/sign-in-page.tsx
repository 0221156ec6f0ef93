import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { Navigate, useNavigate, useSearchParams } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { memberHint } from '../../shared/api/member-hint.ts'
import { numberParam } from '../../shared/api/problem.ts'
import { meQuery, useMe } from '../../shared/api/queries.ts'
import { isPhone } from '../../shared/form-check.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { useSecondsLeft } from '../../shared/seconds-left.ts'
import { Button } from '../../shared/ui/button.tsx'
import { focusFirstFault, TextField } from '../../shared/ui/field.tsx'
import { Card, Page } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { toast } from '../../shared/ui/toast.tsx'
import css from './account.module.css'

const CODE = /^\d{6}$/

/** By phone and code; the first time makes the account. */
export function SignInPage() {
  const { t } = useI18n()
  const me = useMe()
  const [params] = useSearchParams()
  const next = ownPath(params.get('next'))
  if (me.data) return <Navigate to={next} replace />
  return (
    <Page title={t('signIn.title')} narrow>
      <p className={css.intro}>{t('signIn.intro')}</p>
      <Card>
        <SignInForm next={next} />
      </Card>
    </Page>
  )
}

function SignInForm({ next }: { readonly next: string }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useRef<HTMLFormElement>(null)
  const [phone, setPhone] = useState('')
  const [code, setCode] = useState('')
  const [tried, setTried] = useState<'send' | 'signIn'>()
  const wait = useSecondsLeft()

  const send = useMutation({
    mutationFn: () => call('members.sendCode', { body: { phone } }),
    onSuccess: ({ resendAfterSeconds }) => {
      wait.start(resendAfterSeconds)
      document.getElementById('code')?.focus()
    },
    onError: (error) => wait.start(numberParam(problemOf(error), 'retryAfterSeconds') ?? 0),
  })
  const signIn = useMutation({
    mutationFn: () => call('members.signIn', { body: { phone, code } }),
    onSuccess: async (me) => {
      // What a guest saw is not what the member sees.
      client.removeQueries({ queryKey: ['orders'] })
      client.removeQueries({ queryKey: ['order'] })
      client.removeQueries({ queryKey: ['movements'] })
      client.removeQueries({ queryKey: ['rights'] })
      client.removeQueries({ queryKey: ['wecom'] })
      client.setQueryData(meQuery.queryKey, me)
      memberHint.write(true)
      toast(t('signIn.welcome'))
      await navigate(next, { replace: true })
    },
  })

  const phoneFault = isPhone(phone) ? undefined : t('signIn.phoneError')
  const codeFault = CODE.test(code) ? undefined : t('signIn.codeError')
  const markFaults = (step: 'send' | 'signIn') => {
    setTried(step)
    requestAnimationFrame(() => focusFirstFault(form.current))
  }
  const problem = signIn.error ?? send.error
  return (
    <form
      ref={form}
      className={css.form}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (phoneFault || codeFault) markFaults('signIn')
        else signIn.mutate()
      }}
    >
      <TextField
        id="phone"
        label={t('signIn.phone')}
        error={tried ? phoneFault : undefined}
        type="tel"
        inputMode="tel"
        autoComplete="tel-national"
        maxLength={11}
        value={phone}
        onChange={(event) => setPhone(event.target.value.replace(/\D/g, ''))}
      />
      <TextField
        id="code"
        label={t('signIn.code')}
        error={tried === 'signIn' ? codeFault : undefined}
        hint={
          send.data
            ? t('signIn.sent', { phone, minutes: Math.round(send.data.expiresInSeconds / 60) })
            : t('signIn.codeHint')
        }
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        value={code}
        onChange={(event) => setCode(event.target.value.replace(/\D/g, ''))}
        trailing={
          <button
            type="button"
            className={css.inside}
            disabled={wait.left > 0 || send.isPending}
            onClick={() => {
              signIn.reset()
              if (phoneFault) markFaults('send')
              else send.mutate()
            }}
          >
            {wait.left > 0 ? t('signIn.resend', { seconds: wait.left }) : t('signIn.send')}
          </button>
        }
      />
      {problem && <Notice>{problemOf(problem).message || t('errors.offlineText')}</Notice>}
      <Button type="submit" look="primary" size="large" busy={signIn.isPending}>
        {t('signIn.submit')}
      </Button>
      <p className={css.small}>{t('signIn.privacy')}</p>
    </form>
  )
}

/** Only a path of this mall: an address from outside must not decide where a visitor lands after signing in. */
const ownPath = (next: string | null): string => (next && /^\/(?![/\\])/.test(next) ? next : '/me')
