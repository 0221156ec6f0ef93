import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Form, Input, InputNumber, Select } from 'antd'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { productText } from './productText.ts'
import { REFRESH_AFTER } from './refresh.ts'

const HAO_PER_YUAN = 10_000
const FIELD_TYPES = ['text', 'phone', 'email', 'number'] as const

type Asked = { readonly key: string; readonly labelZh: string; readonly type: (typeof FIELD_TYPES)[number] }
type Values = {
  readonly remoteId: string
  readonly name: string
  readonly cost: number
  readonly face?: number | null
  readonly fields?: readonly Asked[]
}

/** What a supplier sells, entered by hand: for interfaces that list nothing. The same number again changes it. */
export function EnterProduct({ supplierId, onClose }: { readonly supplierId: number; readonly onClose: () => void }) {
  const t = useText(productText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const enter = useAction('suppliers.enterProduct', { showProblem: false, refresh: REFRESH_AFTER, done: t('entered') })
  const go = () =>
    void submit(async ({ remoteId, name, cost, face, fields = [] }) => {
      const body = {
        remoteId,
        name,
        kind: 'direct' as const,
        costHao: Math.round(cost * HAO_PER_YUAN),
        faceHao: face === null || face === undefined ? null : Math.round(face * HAO_PER_YUAN),
        fields: fields.map((field) => ({ ...field, confirmTwice: false })),
      }
      await enter.run({ params: { supplierId }, body }, newKey())
      onClose()
    })
  const required = { required: true, whitespace: true, message: t('required') }
  const yuan = { min: 0, max: 100_000_000, precision: 4, style: { width: '100%' }, prefix: '¥' }
  return (
    <Drawer
      open
      size="min(520px, 100vw)"
      title={t('enterTitle')}
      onClose={onClose}
      footer={
        <div className="supply-foot">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="primary" loading={saving} onClick={go}>
            {common('save')}
          </Button>
        </div>
      }
    >
      <Form form={form} layout="vertical" autoComplete="off" onFinish={go} initialValues={{ fields: [ACCOUNT] }}>
        <Form.Item name="remoteId" label={t('remoteId')} extra={t('remoteIdHint')} rules={[required]}>
          <Input maxLength={128} autoFocus />
        </Form.Item>
        <Form.Item name="name" label={t('product')} rules={[required]}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="cost" label={t('cost')} rules={[{ required: true, message: t('required') }]}>
          <InputNumber {...yuan} />
        </Form.Item>
        <Form.Item name="face" label={t('face')}>
          <InputNumber {...yuan} />
        </Form.Item>
        <Form.Item label={t('asks')} extra={t('asksHint')} style={{ marginBottom: 8 }}>
          <Form.List name="fields">
            {(rows, { add, remove }) => (
              <>
                {rows.map(({ key, name }) => (
                  <div key={key} className="supply-asked">
                    <Form.Item
                      name={[name, 'key']}
                      rules={[{ required: true, pattern: /^[a-z][a-zA-Z0-9_]{0,39}$/, message: t('keyRule') }]}
                    >
                      <Input placeholder="recharge_account" aria-label={t('key')} />
                    </Form.Item>
                    <Form.Item name={[name, 'labelZh']} rules={[required]}>
                      <Input placeholder={t('label')} aria-label={t('label')} maxLength={40} />
                    </Form.Item>
                    <Form.Item name={[name, 'type']}>
                      <Select
                        aria-label={t('type')}
                        options={FIELD_TYPES.map((type) => ({ value: type, label: t(`type_${type}`) }))}
                      />
                    </Form.Item>
                    <Button
                      type="text"
                      icon={<DeleteOutlined />}
                      aria-label={common('remove')}
                      onClick={() => remove(name)}
                    />
                  </div>
                ))}
                <Button type="dashed" block icon={<PlusOutlined />} onClick={() => add({ type: 'text' })}>
                  {t('addAsked')}
                </Button>
              </>
            )}
          </Form.List>
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Drawer>
  )
}

const ACCOUNT: Asked = { key: 'recharge_account', labelZh: '充值账号', type: 'text' }
