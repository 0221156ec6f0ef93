import { Form, Input, Modal, Select } from 'antd'
import { useEffect } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useRoleName } from '../../shared/i18n/roles.ts'
import type { OncePassword } from '../../shared/parts/InitialPassword.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import type { Staff } from './StaffListPage.tsx'
import { staffText } from './text.ts'

type Values = { readonly name: string; readonly email: string; readonly roleIds: number[] }
type Props = {
  /** Undefined: a new one. */
  readonly staff: Staff | undefined
  readonly open: boolean
  readonly roles: Output<'identity.listRoles'>['items']
  readonly onClose: () => void
  readonly onCreated: (once: OncePassword) => void
}

/** Adds an employee, or changes name and roles of one. */
export function StaffDialog({ staff, open, roles, onClose, onCreated }: Props) {
  const t = useText(staffText)
  const roleName = useRoleName()
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const create = useAction('identity.createStaff', { refresh: ['identity.', 'setup.'], showProblem: false })
  const update = useAction('identity.updateStaff', {
    refresh: ['identity.'],
    done: common('saved'),
    showProblem: false,
  })
  useEffect(() => {
    if (!open) return
    form.resetFields()
    if (staff) form.setFieldsValue({ name: staff.name, email: staff.email, roleIds: staff.roles.map(({ id }) => id) })
  }, [open, staff, form])
  const save = async ({ name, email, roleIds }: Values) => {
    if (staff) {
      await update.run({ params: { id: staff.id }, body: { name, roleIds, version: staff.version } })
      onClose()
    } else {
      const { initialPassword } = await create.run({ body: { name, email: email.trim(), roleIds } })
      onCreated({ name, email, initialPassword })
    }
  }
  return (
    <Modal
      open={open}
      title={staff ? t('edit') : t('add')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      okText={common('save')}
      width={440}
      forceRender
    >
      <Form form={form} layout="vertical" autoComplete="off" onFinish={() => void submit(save)}>
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
        >
          <Input maxLength={40} />
        </Form.Item>
        <Form.Item
          name="email"
          label={t('email')}
          extra={staff ? undefined : t('emailHint')}
          rules={[{ required: true, type: 'email', message: common('badEmail') }]}
        >
          <Input maxLength={254} disabled={staff !== undefined} inputMode="email" />
        </Form.Item>
        <Form.Item
          name="roleIds"
          label={t('roles')}
          rules={[{ required: true, type: 'array', min: 1, message: t('rolesRequired') }]}
        >
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: 'label' }}
            options={roles.map((role) => ({ value: role.id, label: roleName(role) }))}
          />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}
