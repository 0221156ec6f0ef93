import { WORKSPACE_ADAPTER } from '@quanshu/contract'
import { Button, Card, Result } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { workspaceText } from './text.ts'

/** What belongs to a supplier's own people; of one that has an interface it says why there is nothing here. */
export function ByHandOnly({
  supplier,
  children,
}: {
  readonly supplier: { readonly id: number; readonly adapter: string }
  readonly children: ReactNode
}) {
  const t = useText(workspaceText)
  if (supplier.adapter === WORKSPACE_ADAPTER) return children
  return (
    <Card>
      <Result
        status="info"
        title={t('hasInterface')}
        subTitle={t('hasInterfaceHint')}
        extra={
          <Link to={`/suppliers/${supplier.id}`}>
            <Button tabIndex={-1}>{t('toSupplier')}</Button>
          </Link>
        }
      />
    </Card>
  )
}
