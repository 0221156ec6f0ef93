import type { Permission } from '@quanshu/contract'
import { Button, type ButtonProps, Tooltip } from 'antd'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'
import { permissionText } from '../i18n/permissions.ts'
import { useMay } from '../session.tsx'

type Props = ButtonProps & {
  readonly permission?: Permission
  /** Why it cannot be done now; the button stays, grey, and says so. */
  readonly refusal?: string | undefined
  /** Without the permission: `hide` (default), or `explain`, where people look for the button and would wonder. */
  readonly without?: 'hide' | 'explain'
}

/** A button that the person may not use is not there, or says why. */
export function ActionButton({ permission, refusal, without = 'hide', ...button }: Props) {
  const may = useMay()
  const t = useText(commonText)
  const name = useText(permissionText)
  const allowed = may(permission)
  if (!allowed && without === 'hide') return null
  const why = !allowed && permission ? t('noPermission', { permission: name(permission) }) : refusal
  if (why === undefined) return <Button {...button} />
  return (
    <Tooltip title={why}>
      <Button {...button} disabled />
    </Tooltip>
  )
}
