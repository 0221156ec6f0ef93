import { Form, InputNumber, Modal } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { warehouseText } from './text.ts'

type Stock = Row<'stock.listWarehouseStock'>
type Values = { least: number | null; target: number | null; lowAt: number | null }

/** When a channel's warehouse is filled up with a SKU, and when its shortage is told. */
export function RuleDialog({ stock, onClose }: { readonly stock: Stock; readonly onClose: () => void }) {
  const t = useText(warehouseText)
  const [form] = Form.useForm<Values>()
  const set = useAction('stock.setWarehouseRule', { refresh: ['stock.'], done: t('ruleSaved'), showProblem: false })
  const { submit, saving } = useSubmit(form)
  const save = async ({ least, target, lowAt }: Values) => {
    const params = { warehouseId: stock.warehouseId ?? 0, skuId: stock.skuId }
    await set.run({ params, body: { least: least ?? null, target: target ?? null, lowAt: lowAt ?? null } })
    onClose()
  }
  const count = (name: keyof Values, last = false) => (
    <Form.Item name={name} label={t(name)} {...(last ? { style: { marginBottom: 0 } } : {})}>
      <InputNumber<number> min={1} max={1_000_000} precision={0} style={{ width: '100%' }} />
    </Form.Item>
  )
  return (
    <Modal open title={t('ruleTitle')} confirmLoading={saving} onOk={() => void submit(save)} onCancel={onClose}>
      <p>
        {stock.warehouseName} · {stock.goodsTitle} / {stock.skuTitle}
      </p>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ least: stock.least, target: stock.target, lowAt: stock.lowAt }}
        disabled={saving}
      >
        {count('least')}
        {count('target')}
        <p style={{ color: 'var(--muted)', marginTop: -12 }}>{t('ruleHint')}</p>
        {count('lowAt', true)}
      </Form>
    </Modal>
  )
}
