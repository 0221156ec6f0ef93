import { Form, Input, InputNumber, Modal, Typography } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { SkuPicker } from '../../shared/parts/inputs.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { shareOut } from './shareOut.ts'
import { warehouseText } from './text.ts'
import { useFree } from './useFree.ts'
import { useSteadyKey } from './useSteadyKey.ts'

type Warehouse = Output<'stock.listWarehouses'>['items'][number]
type Values = { skuId: number | null; quantity: number | null; weights: Record<string, number | null>; reason: string }
const PIECES_MAX = 20_000

/** Pieces of the total warehouse among channels by weight; what each will get stands beside its weight. */
export function ShareDialog({
  warehouses,
  onClose,
}: {
  readonly warehouses: readonly Warehouse[]
  readonly onClose: () => void
}) {
  const t = useText(warehouseText)
  const [form] = Form.useForm<Values>()
  const keyFor = useSteadyKey()
  const share = useAction('stock.sharePieces', { refresh: ['stock.'], done: t('moved'), showProblem: false })
  const { submit, saving } = useSubmit(form, () => ['quantity'])
  const values = Form.useWatch([], form)
  const free = useFree(values?.skuId)
  const weightOf = (id: number) => values?.weights?.[id] ?? 0
  const weighed = warehouses.filter(({ id }) => weightOf(id) > 0)
  const pieces = shareOut(
    values?.quantity ?? 0,
    weighed.map(({ id }) => weightOf(id)),
  )
  const gets = new Map(weighed.map(({ id }, index) => [id, pieces[index] ?? 0]))
  const save = async ({ skuId, quantity, weights, reason }: Values) => {
    if (skuId === null || quantity === null) return
    const shares = warehouses.flatMap(({ id }) => (weights[id] ? [{ warehouseId: id, weight: weights[id] }] : []))
    const body = { skuId, quantity, shares, reason }
    await share.run({ body }, keyFor(body))
    onClose()
  }
  const initial: Values = {
    skuId: null,
    quantity: null,
    weights: Object.fromEntries(warehouses.map(({ id }) => [id, 1])),
    reason: '',
  }
  const needed = { required: true, message: t('required') }
  return (
    <Modal
      open
      title={t('shareTitle')}
      okText={t('share')}
      confirmLoading={saving}
      onOk={() => void submit(save)}
      onCancel={onClose}
    >
      <Form<Values> form={form} layout="vertical" initialValues={initial} disabled={saving} autoComplete="off">
        <Form.Item name="skuId" label={t('sku')} rules={[needed]}>
          <SkuPicker />
        </Form.Item>
        <Form.Item
          name="quantity"
          label={t('quantity')}
          rules={[needed]}
          extra={free && t('freeNow', { count: formatCount(free.get(0) ?? 0) })}
        >
          <InputNumber<number> min={1} max={PIECES_MAX} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item label={t('weight')} extra={t('shareHint')}>
          {warehouses.map(({ id, name }) => (
            <div key={id} style={{ display: 'flex', gap: 8, alignItems: 'center', marginBottom: 6 }}>
              <Typography.Text ellipsis={{ tooltip: name }} style={{ flex: 1 }}>
                {name}
              </Typography.Text>
              <Typography.Text type="secondary" className="num">
                {t('getsNow', { count: formatCount(gets.get(id) ?? 0) })}
              </Typography.Text>
              <Form.Item name={['weights', String(id)]} noStyle>
                <InputNumber<number>
                  min={0}
                  max={1_000_000}
                  precision={0}
                  aria-label={t('weightOf', { name })}
                  style={{ width: 96 }}
                />
              </Form.Item>
            </div>
          ))}
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
