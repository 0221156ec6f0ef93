import type { RolePermission } from '@quanshu/contract/permissions'
import { Button, Checkbox, Drawer, Form, Input, Tooltip } from 'antd'
import { useEffect } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { permissionText } from '../../shared/i18n/permissions.ts'
import { useMay } from '../../shared/session.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { PERMISSION_GROUPS } from './groups.ts'
import { rolesText } from './text.ts'

/** A role being made or changed; one with an id exists already. */
export type RoleDraft = {
  readonly id?: number
  readonly version?: number
  readonly name: string
  readonly permissions: readonly RolePermission[]
}
type Values = { readonly name: string; readonly permissions: RolePermission[] }

export function RoleDrawer({
  draft,
  onClose,
}: {
  readonly draft: RoleDraft | undefined
  readonly onClose: () => void
}) {
  const t = useText(rolesText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const options = { refresh: ['identity.'], done: common('saved'), showProblem: false }
  const create = useAction('identity.createRole', options)
  const update = useAction('identity.updateRole', options)
  useEffect(() => {
    if (!draft) return
    form.resetFields()
    form.setFieldsValue({ name: draft.name, permissions: [...draft.permissions] })
  }, [draft, form])
  const save = async ({ name, permissions }: Values) => {
    if (draft?.id === undefined) await create.run({ body: { name, permissions } })
    else await update.run({ params: { id: draft.id }, body: { name, permissions, version: draft.version ?? 0 } })
    onClose()
  }
  return (
    <Drawer
      open={draft !== undefined}
      onClose={onClose}
      title={draft?.id === undefined ? t('add') : t('edit')}
      size={520}
      forceRender
      extra={
        <Button type="primary" loading={saving} onClick={() => void submit(save)}>
          {common('save')}
        </Button>
      }
    >
      <Form form={form} layout="vertical">
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
        >
          <Input maxLength={40} />
        </Form.Item>
        <Form.Item name="permissions" label={t('permissions')}>
          <PermissionBoxes />
        </Form.Item>
      </Form>
    </Drawer>
  )
}

type BoxesProps = { readonly value?: readonly RolePermission[]; readonly onChange?: (value: RolePermission[]) => void }

/** Permissions in groups; what the person has not cannot be given. */
function PermissionBoxes({ value = [], onChange }: BoxesProps) {
  const t = useText(rolesText)
  const name = useText(permissionText)
  const may = useMay()
  const set = (changed: readonly RolePermission[], on: boolean) => {
    const rest = value.filter((permission) => !changed.includes(permission))
    onChange?.(on ? [...rest, ...changed] : rest)
  }
  return (
    <div className="stack">
      {PERMISSION_GROUPS.map(({ area, permissions }) => {
        const own = permissions.filter(may)
        const count = own.filter((permission) => value.includes(permission)).length
        return (
          <div key={area} className="sku" style={{ paddingBottom: 10 }}>
            <Checkbox
              checked={own.length > 0 && count === own.length}
              indeterminate={count > 0 && count < own.length}
              disabled={own.length === 0}
              onChange={(event) => set(own, event.target.checked)}
            >
              <strong>{t(area)}</strong>
            </Checkbox>
            <div className="boxes">
              {permissions.map((permission) => (
                <Tooltip key={permission} title={may(permission) ? undefined : t('beyond')}>
                  <Checkbox
                    checked={value.includes(permission)}
                    disabled={!may(permission)}
                    onChange={(event) => set([permission], event.target.checked)}
                  >
                    {name(permission)}
                  </Checkbox>
                </Tooltip>
              ))}
            </div>
          </div>
        )
      })}
    </div>
  )
}
