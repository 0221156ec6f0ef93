import type { Permission } from '@quanshu/contract'
import { Button, Card, Result } from 'antd'
import { Link } from 'react-router'
import { commonText } from '../shared/i18n/common.ts'
import { useText } from '../shared/i18n/index.ts'
import { permissionText } from '../shared/i18n/permissions.ts'
import { appText } from './text.ts'

/** Where no screen is: an unknown address, a screen without the permission, a person without any. */

export function NoPage() {
  const t = useText(appText)
  return (
    <Card>
      <Result status="404" title={t('noPage')} subTitle={t('noPageHint')} extra={<HomeButton />} />
    </Card>
  )
}

export function NoPermission({ permission }: { readonly permission: Permission }) {
  const t = useText(appText)
  const common = useText(commonText)
  const name = useText(permissionText)
  return (
    <Card>
      <Result
        status="403"
        title={t('noPermission')}
        subTitle={common('noPermission', { permission: name(permission) })}
        extra={<HomeButton />}
      />
    </Card>
  )
}

export function NoRights() {
  const t = useText(appText)
  return (
    <Card>
      <Result status="info" title={t('noRights')} />
    </Card>
  )
}

function HomeButton() {
  const t = useText(appText)
  return (
    <Link to="/">
      <Button type="primary">{t('home')}</Button>
    </Link>
  )
}
