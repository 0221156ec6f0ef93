import { Form, Input, InputNumber, Modal, Select } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { SkuPicker } from '../../shared/parts/inputs.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { warehouseText } from './text.ts'
import { useFree } from './useFree.ts'
import { useSteadyKey } from './useSteadyKey.ts'

type Warehouse = Output<'stock.listWarehouses'>['items'][number]
/** 0 is the total warehouse. */
type Values = { skuId: number | null; from: number; to: number | null; quantity: number | null; reason: string }
const PIECES_MAX = 20_000

/** One SKU's pieces from one warehouse to another. */
export function MoveDialog({
  warehouses,
  skuId,
  fromId = 0,
  toId,
  onClose,
}: {
  readonly warehouses: readonly Warehouse[]
  readonly skuId?: number
  readonly fromId?: number
  readonly toId?: number | undefined
  readonly onClose: () => void
}) {
  const t = useText(warehouseText)
  const [form] = Form.useForm<Values>()
  const keyFor = useSteadyKey()
  const move = useAction('stock.movePieces', { refresh: ['stock.'], done: t('moved'), showProblem: false })
  const { submit, saving } = useSubmit(form, () => ['quantity'])
  const chosen = Form.useWatch('skuId', form)
  const from = Form.useWatch('from', form) ?? fromId
  const free = useFree(chosen)
  const open = warehouses.filter(({ state }) => state === 'open')
  const initial: Values = {
    skuId: skuId ?? null,
    from: fromId,
    to: toId ?? (fromId === 0 && open.length === 1 ? (open[0]?.id ?? null) : null),
    quantity: null,
    reason: '',
  }
  const total = { value: 0, label: t('total') }
  const save = async (values: Values) => {
    if (values.skuId === null || values.to === null || values.quantity === null) return
    const piece = {
      skuId: values.skuId,
      fromId: values.from || null,
      toId: values.to || null,
      quantity: values.quantity,
    }
    await move.run({ body: { moves: [piece], reason: values.reason } }, keyFor({ piece, reason: values.reason }))
    onClose()
  }
  const needed = { required: true, message: t('required') }
  return (
    <Modal
      open
      title={t('moveTitle')}
      okText={t('move')}
      confirmLoading={saving}
      onOk={() => void submit(save)}
      onCancel={onClose}
    >
      <Form<Values> form={form} layout="vertical" initialValues={initial} disabled={saving} autoComplete="off">
        <Form.Item name="skuId" label={t('sku')} rules={[needed]}>
          <SkuPicker />
        </Form.Item>
        <Form.Item
          name="from"
          label={t('from')}
          extra={free && t('freeNow', { count: formatCount(free.get(from) ?? 0) })}
        >
          <Select options={[total, ...warehouses.map(({ id, name }) => ({ value: id, label: name }))]} />
        </Form.Item>
        <Form.Item
          name="to"
          label={t('to')}
          dependencies={['from']}
          rules={[
            needed,
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue('from') ? Promise.reject(new Error(t('required'))) : Promise.resolve(),
            }),
          ]}
        >
          <Select
            options={[total, ...open.map(({ id, name }) => ({ value: id, label: name }))].filter(
              ({ value }) => value !== from,
            )}
          />
        </Form.Item>
        <Form.Item name="quantity" label={t('quantity')} rules={[needed]}>
          <InputNumber<number> min={1} max={PIECES_MAX} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('reason')}
          rules={[{ ...needed, whitespace: true }]}
          style={{ marginBottom: 0 }}
        >
          <Input maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
