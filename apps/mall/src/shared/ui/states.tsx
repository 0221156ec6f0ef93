import type { CSSProperties, ReactNode } from 'react'
import type { Problem } from '../api/problem.ts'
import { useI18n } from '../i18n/index.ts'
import { Button, ButtonLink } from './button.tsx'
import { classes } from './classes.ts'
import { AlertIcon, BoxIcon, WifiOffIcon } from './icons.tsx'
import css from './states.module.css'

/** Nothing to show, and what to do about it. */
export function EmptyState({
  title,
  text,
  icon = <BoxIcon />,
  children,
}: {
  readonly title: string
  readonly text: string
  readonly icon?: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <div className={css.state}>
      <span className={css.sign}>{icon}</span>
      <h2>{title}</h2>
      <p>{text}</p>
      {children && <div className={css.actions}>{children}</div>}
    </div>
  )
}

/** A question that could not be answered: offline or a failure of the server, with another try. */
export function ErrorState({ problem, onRetry }: { readonly problem: Problem; readonly onRetry: () => void }) {
  const { t } = useI18n()
  const offline = problem.status === 0
  return (
    <div className={css.state} role="alert">
      <span className={css.sign}>{offline ? <WifiOffIcon /> : <AlertIcon />}</span>
      <h2>{offline ? t('errors.offlineTitle') : t('errors.serverTitle')}</h2>
      <p>{offline ? t('errors.offlineText') : problem.message || t('errors.serverText')}</p>
      {problem.requestId && <p className={css.small}>{t('errors.requestId', { id: problem.requestId })}</p>}
      <div className={css.actions}>
        <Button look="primary" onClick={onRetry}>
          {t('common.retry')}
        </Button>
        <ButtonLink to="/">{t('common.backHome')}</ButtonLink>
      </div>
    </div>
  )
}

/** A sentence in the flow of a page, read aloud when it appears. */
export function Notice({
  tone = 'bad',
  children,
}: {
  readonly tone?: 'bad' | 'warn' | 'info'
  readonly children: ReactNode
}) {
  return (
    <div className={classes(css.alert, tone !== 'bad' && css[tone])} role={tone === 'bad' ? 'alert' : 'status'}>
      <AlertIcon />
      <div className={css.alertBody}>{children}</div>
    </div>
  )
}

/** A grey bar where text or a picture will be. */
export function Bone({
  width = '100%',
  height = 16,
  radius,
}: {
  width?: number | string
  height?: number | string
  radius?: number
}) {
  const style: CSSProperties = radius === undefined ? { width, height } : { width, height, borderRadius: radius }
  return <span className={css.bone} style={style} />
}

/** Wraps bones: says "loading" to those who cannot see them. */
export function Loading({ children }: { readonly children: ReactNode }) {
  const { t } = useI18n()
  return (
    <div role="status">
      <span className="visually-hidden">{t('common.loading')}</span>
      <div aria-hidden="true">{children}</div>
    </div>
  )
}
