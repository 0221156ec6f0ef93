import { Form, Input, Modal, Select, Switch } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { warehouseText } from './text.ts'

type Warehouse = Output<'stock.listWarehouses'>['items'][number]
type Values = Pick<Warehouse, 'channel' | 'name' | 'kind' | 'fallsBack' | 'note'>

const KINDS = ['marketplace', 'agent', 'shop', 'other'] as const
const NEW: Values = { channel: '', name: '', kind: 'agent', fallsBack: false, note: '' }

/** A channel's warehouse, made or changed; its code only when it is made. */
export function WarehouseDialog({
  warehouse,
  onClose,
}: {
  readonly warehouse: Warehouse | undefined
  readonly onClose: () => void
}) {
  const t = useText(warehouseText)
  const [form] = Form.useForm<Values>()
  const create = useAction('stock.createWarehouse', { refresh: ['stock.'], done: t('created'), showProblem: false })
  const edit = useAction('stock.editWarehouse', { refresh: ['stock.'], done: t('saved'), showProblem: false })
  const { submit, saving } = useSubmit(form)
  const save = async ({ channel, ...facts }: Values) => {
    if (warehouse) await edit.run({ params: { warehouseId: warehouse.id }, body: facts })
    else await create.run({ body: { ...facts, channel } })
    onClose()
  }
  return (
    <Modal
      open
      title={warehouse ? `${t('edit')} · ${warehouse.name}` : t('create')}
      confirmLoading={saving}
      onOk={() => void submit(save)}
      onCancel={onClose}
    >
      <Form<Values> form={form} layout="vertical" initialValues={warehouse ?? NEW} disabled={saving} autoComplete="off">
        <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
          <Input maxLength={40} />
        </Form.Item>
        {!warehouse && (
          <Form.Item
            name="channel"
            label={t('channel')}
            extra={t('channelHint')}
            rules={[{ required: true, pattern: /^[a-z0-9](-?[a-z0-9]+){0,19}$/, message: t('channelWrong') }]}
          >
            <Input maxLength={20} />
          </Form.Item>
        )}
        <Form.Item name="kind" label={t('kind')}>
          <Select options={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} />
        </Form.Item>
        <Form.Item name="fallsBack" label={t('fallsBack')} extra={t('fallsBackHint')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="note" label={t('note')} style={{ marginBottom: 0 }}>
          <Input maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
