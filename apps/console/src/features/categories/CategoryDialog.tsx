import { Form, Input, Modal, Select } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import type { Category, Draft } from './CategoryTree.tsx'
import { categoriesText } from './text.ts'

type Values = {
  readonly name: string
  readonly nameEn: string
  readonly icon: string
  readonly parentId: number | null
}
type Props = { readonly draft: Draft; readonly tops: readonly Category[]; readonly onClose: () => void }

/** Adds or changes one category. */
export function CategoryDialog({ draft, tops, onClose }: Props) {
  const t = useText(categoriesText)
  const common = useText(commonText)
  const both = useBoth()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const options = { refresh: ['catalog.', 'setup.'], done: common('saved'), showProblem: false }
  const create = useAction('catalog.createCategory', options)
  const update = useAction('catalog.updateCategory', options)
  const id = 'id' in draft ? draft.id : undefined
  const save = async (values: Values) => {
    const body = { name: values.name, nameEn: values.nameEn, icon: values.icon, parentId: values.parentId ?? null }
    if (id === undefined) await create.run({ body })
    else await update.run({ params: { id }, body })
    onClose()
  }
  return (
    <Modal
      open
      title={id === undefined ? t('addCategory') : t('editCategory')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      okText={common('save')}
      width={420}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: '', nameEn: '', icon: '', ...draft }}
        onFinish={() => void submit(save)}
      >
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
        >
          <Input maxLength={40} autoFocus />
        </Form.Item>
        <Form.Item name="nameEn" label={t('nameEn')}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item name="icon" label={t('icon')} extra={t('iconHint')}>
          <Input maxLength={8} style={{ width: 100 }} />
        </Form.Item>
        <Form.Item name="parentId" label={t('parent')}>
          <Select
            allowClear
            placeholder={t('top')}
            options={tops
              .filter((top) => top.id !== id)
              .map((top) => ({ value: top.id, label: both(top.name, top.nameEn) }))}
          />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}
