import { ArrowLeftOutlined } from '@ant-design/icons'
import { Button, Typography } from 'antd'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'

export type PageFrameProps = {
  readonly title: string
  /** Stands beside the title: states, numbers. */
  readonly tags?: ReactNode
  /** One quiet sentence below the title. */
  readonly hint?: ReactNode
  /** The list this page belongs to. */
  readonly back?: string | undefined
  readonly actions?: ReactNode
  readonly children: ReactNode
  /** Reading width for forms and texts. */
  readonly narrow?: boolean
}

/** Title, actions and body of every page. */
export function PageFrame({ title, tags, hint, back, actions, children, narrow = false }: PageFrameProps) {
  const t = useText(commonText)
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <div className={narrow ? 'page page-narrow' : 'page'}>
      <header className="page-head">
        {back !== undefined && (
          <Link to={back} aria-label={t('back')}>
            <Button type="text" icon={<ArrowLeftOutlined />} tabIndex={-1} />
          </Link>
        )}
        <div className="page-title">
          <Typography.Title level={1} ellipsis={{ tooltip: title }}>
            {title}
          </Typography.Title>
          {tags}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
        {hint && (
          <Typography.Text type="secondary" className="page-hint">
            {hint}
          </Typography.Text>
        )}
      </header>
      {children}
    </div>
  )
}
