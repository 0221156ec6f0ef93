import { App, Button, Checkbox, Drawer, Form, Input, InputNumber, Select, Switch } from 'antd'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import type { Product } from './ProductListPage.tsx'
import { workspaceText } from './text.ts'
import { REFRESH_AFTER } from './useAccept.tsx'

const HAO_PER_YUAN = 10_000
/** What buyers of top-ups are asked for, as order forms name it. */
const ASKS = [
  { key: 'account', type: 'text', labelZh: '充值账号', labelEn: 'Account' },
  { key: 'phone', type: 'phone', labelZh: '手机号', labelEn: 'Phone' },
  { key: 'email', type: 'email', labelZh: '邮箱', labelEn: 'Email' },
  { key: 'server', type: 'text', labelZh: '区服', labelEn: 'Region or server' },
  { key: 'nickname', type: 'text', labelZh: '昵称', labelEn: 'Nickname' },
] as const
type AskKey = (typeof ASKS)[number]['key']

type Values = {
  readonly remoteId: string
  readonly name: string
  readonly kind: Product['kind']
  readonly cost: number
  readonly stock?: number | null
  readonly maxQuantity?: number | null
  readonly onSale: boolean
  readonly asks?: readonly AskKey[]
}

/** Offers a product, or changes what it costs and how much of it there is. */
export function ProductDrawer({
  product,
  onClose,
}: {
  readonly product: Product | undefined
  readonly onClose: () => void
}) {
  const t = useText(workspaceText)
  const common = useText(commonText)
  const both = useBoth()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const home = useRead('workspace.home', {}, { staleMs: 60_000 })
  const add = useAction('workspace.addProduct', { refresh: REFRESH_AFTER, showProblem: false })
  const save = useAction('workspace.saveProduct', { refresh: REFRESH_AFTER, showProblem: false })
  const kind = Form.useWatch('kind', form)
  const go = () =>
    void submit(async ({ remoteId, kind: chosen, asks = [], cost, stock, maxQuantity, name, onSale }) => {
      const body = {
        name,
        onSale,
        costHao: Math.round(cost * HAO_PER_YUAN),
        stock: stock ?? null,
        minQuantity: product?.minQuantity ?? 1,
        maxQuantity: maxQuantity ?? null,
      }
      const saved = product
        ? await save.run({ params: { productId: product.id }, body })
        : await add.run({
            body: { ...body, remoteId, kind: chosen, fields: chosen === 'direct' ? asks.map(fieldOf) : [] },
          })
      if (saved.askedHao === null) void message.success(common('saved'))
      else void message.info(t('priceHeld'))
      onClose()
    })
  const required = { required: true, whitespace: true, message: t('required') }
  return (
    <Drawer
      open
      size="min(480px, 100vw)"
      title={t(product ? 'editProduct' : 'addProduct')}
      onClose={onClose}
      footer={
        <div className="workspace-foot">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="primary" loading={saving} onClick={go}>
            {common('save')}
          </Button>
        </div>
      }
    >
      <Form
        form={form}
        layout="vertical"
        autoComplete="off"
        onFinish={go}
        initialValues={
          product
            ? { ...product, cost: product.costHao / HAO_PER_YUAN }
            : { kind: 'card', onSale: true, asks: ['account'] }
        }
      >
        {product ? null : (
          <>
            <Form.Item name="remoteId" label={t('code')} extra={t('codeHint')} rules={[required]}>
              <Input maxLength={128} autoFocus />
            </Form.Item>
            <Form.Item name="kind" label={t('kind')}>
              <Select
                options={(['card', 'direct', 'link'] as const).map((one) => ({ value: one, label: t(`kind_${one}`) }))}
              />
            </Form.Item>
          </>
        )}
        <Form.Item name="name" label={t('name')} rules={[required]}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item
          name="cost"
          label={t('cost')}
          extra={t('costHint', { percent: home.data?.priceJump ?? 10 })}
          rules={[{ required: true, message: t('required') }]}
        >
          <InputNumber min={0} max={100_000_000} precision={4} prefix="¥" style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="stock" label={t('stock')} extra={t('stockHint')}>
          <InputNumber min={0} max={100_000_000} precision={0} placeholder={t('unlimited')} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="maxQuantity" label={t('most')}>
          <InputNumber min={1} max={10_000} precision={0} placeholder={t('unlimited')} style={{ width: '100%' }} />
        </Form.Item>
        {!product && kind === 'direct' && (
          <Form.Item name="asks" label={t('asks')}>
            <Checkbox.Group
              options={ASKS.map(({ key, labelZh, labelEn }) => ({ value: key, label: both(labelZh, labelEn) }))}
            />
          </Form.Item>
        )}
        <Form.Item name="onSale" label={t('onSaleState')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Drawer>
  )
}

const fieldOf = (key: AskKey) => ({
  ...(ASKS.find((one) => one.key === key) ?? ASKS[0]),
  required: true,
  hintZh: '',
  hintEn: '',
  confirmTwice: false,
})
