import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { myWecomQuery, useMe } from '../../shared/api/queries.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { ButtonLink } from '../../shared/ui/button.tsx'
import { AlertIcon, PersonIcon } from '../../shared/ui/icons.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'
import { toast } from '../../shared/ui/toast.tsx'

/** Where WeCom sends a member back to: joins with what it brought, and goes on. */
export function WecomPage() {
  const { t } = useI18n()
  const me = useMe()
  return (
    <Page title={t('me.wecomJoin')} narrow>
      {me.data ? (
        <Joining />
      ) : me.isPending ? (
        <Wait />
      ) : me.isError ? (
        <ErrorState problem={problemOf(me.error)} onRetry={() => void me.refetch()} />
      ) : (
        <EmptyState title={t('me.wecomSignInTitle')} text={t('me.wecomSignInText')} icon={<PersonIcon />}>
          <ButtonLink look="primary" to="/sign-in?next=%2Fme">
            {t('common.signIn')}
          </ButtonLink>
        </EmptyState>
      )}
    </Page>
  )
}

const Wait = () => (
  <Loading>
    <Bone height={160} radius={14} />
  </Loading>
)

function Joining() {
  const { t } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const [code, state] = [params.get('code') ?? '', params.get('state') ?? '']
  // A code is good once: this page asks once, however often it is drawn.
  const asked = useRef(false)
  const { mutate, error } = useMutation({
    mutationFn: () => call('notify.joinWecom', { body: { code, state } }),
    onSuccess: async (now) => {
      client.setQueryData(myWecomQuery.queryKey, now)
      toast(t('me.wecomDone'))
      await navigate('/me', { replace: true })
    },
  })
  useEffect(() => {
    if (asked.current || code === '') return
    asked.current = true
    mutate()
  }, [code, mutate])
  if (code !== '' && !error) return <Wait />
  const text = code === '' ? t('me.wecomCancelled') : error && (problemOf(error).message || t('errors.offlineText'))
  return (
    <div role="alert">
      <EmptyState title={t('me.wecomFailed')} text={text ?? ''} icon={<AlertIcon />}>
        <ButtonLink look="primary" to="/me">
          {t('me.wecomBack')}
        </ButtonLink>
      </EmptyState>
    </div>
  )
}
