import type { ReactNode } from 'react'
import { useI18n } from '../i18n/index.ts'
import css from './unread-badge.module.css'

const SHOWN_MAX = 99

/** A count at the corner of an icon; nothing when all is read. */
export function UnreadBadge({ count, children }: { readonly count: number; readonly children: ReactNode }) {
  const { t } = useI18n()
  return (
    <span className={css.holder}>
      {children}
      {count > 0 && (
        <>
          <span className={css.count} aria-hidden="true">
            {count > SHOWN_MAX ? `${SHOWN_MAX}+` : count}
          </span>
          <span className="visually-hidden">{t('messages.newMessages', { count })}</span>
        </>
      )}
    </span>
  )
}
