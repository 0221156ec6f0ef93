import type { ReactNode } from 'react'
import { problemOf } from '../../shared/api/client.ts'
import { useMe } from '../../shared/api/queries.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { ButtonLink } from '../../shared/ui/button.tsx'
import { WalletIcon } from '../../shared/ui/icons.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'

/** A balance is a member's: who is not signed in is shown the way in, and comes back. */
export function MemberOnly({ next, children }: { readonly next: string; readonly children: ReactNode }) {
  const { t } = useI18n()
  const me = useMe()
  if (me.data) return children
  if (me.isPending) {
    return (
      <Loading>
        <Bone height={320} radius={14} />
      </Loading>
    )
  }
  if (me.isError) return <ErrorState problem={problemOf(me.error)} onRetry={() => void me.refetch()} />
  return (
    <EmptyState title={t('wallet.signInTitle')} text={t('wallet.signInText')} icon={<WalletIcon />}>
      <ButtonLink look="primary" to={`/sign-in?${new URLSearchParams({ next })}`}>
        {t('common.signIn')}
      </ButtonLink>
    </EmptyState>
  )
}
