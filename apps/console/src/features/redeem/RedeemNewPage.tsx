import { Form, Input, InputNumber, Radio, Switch } from 'antd'
import { useNavigate } from 'react-router'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Input as RouteInput } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { InstantInput, SkuPicker } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { redeemText } from './text.ts'

type Facts = NonNullable<RouteInput<'redeem.createBatch'>['body']>
type Values = Omit<Facts, 'skuId' | 'codes'> & { readonly skuId: number | null; readonly codes: number | null }

/** As the contract has them, whose schema library stays out of the page. */
const CODES_MAX = 20_000
const USES_MAX = 100_000
const QUANTITY_MAX = 100
const DAYS_MAX = 3_650

const EMPTY: Values = {
  name: '',
  skuId: null,
  quantity: 1,
  codes: null,
  usesPerCode: 1,
  perPerson: null,
  validFrom: null,
  validTo: null,
  validDays: null,
  givesBack: true,
  whenShort: 'refuse',
  partPoints: null,
  note: '',
}

/** A new series: what it is good for, how many codes, how often and how long. */
export function RedeemNewPage() {
  const t = useText(redeemText)
  const navigate = useNavigate()
  const create = useAction('redeem.createBatch', { refresh: ['redeem.'], done: t('started'), showProblem: false })
  const save = async ({ skuId, codes, ...facts }: Values) => {
    if (skuId === null || codes === null) return
    const batch = await create.run({ body: { ...facts, skuId, codes } }, newKey())
    // After this form has noticed that it is saved, so that leaving asks nothing.
    setTimeout(() => void navigate(`/redeem/${batch.id}`))
  }
  return (
    <FormPage<Values>
      title={t('create')}
      hint={t('hint')}
      back="/redeem"
      initial={EMPTY}
      onSave={save}
      saveText={t('start')}
      narrow
    >
      <Section title={t('what')}>
        <div className="form-grid">
          <Form.Item
            name="name"
            label={t('name')}
            extra={t('nameHint')}
            rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
          >
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="skuId" label={t('sku')} rules={[{ required: true, message: t('skuRequired') }]}>
            <SkuPicker placeholder={t('skuHint')} without="link" />
          </Form.Item>
          <Form.Item name="quantity" label={t('quantity')} style={{ marginBottom: 0 }}>
            <InputNumber<number> min={1} max={QUANTITY_MAX} precision={0} style={{ width: '100%' }} />
          </Form.Item>
        </div>
      </Section>
      <Section title={t('howMany')}>
        <div className="form-grid">
          <Form.Item name="codes" label={t('codes')} rules={[{ required: true, message: t('codesRequired') }]}>
            <InputNumber<number> min={1} max={CODES_MAX} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="usesPerCode" label={t('usesPerCode')}>
            <InputNumber<number> min={1} max={USES_MAX} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="perPerson" label={t('perPerson')} extra={t('perPersonHint')}>
            <InputNumber<number> min={1} max={USES_MAX} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="givesBack" label={t('givesBack')} valuePropName="checked">
            <Switch />
          </Form.Item>
          <Form.Item name="partPoints" label={t('partPoints')} extra={t('partPointsHint')}>
            <InputNumber<number> min={1} max={1_000_000} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="whenShort" label={t('whenShort')} style={{ marginBottom: 0 }}>
            <Radio.Group
              options={[
                { value: 'refuse', label: t('shortRefuse') },
                { value: 'wait', label: t('shortWait') },
              ]}
            />
          </Form.Item>
        </div>
      </Section>
      <Section title={t('when')}>
        <div className="form-grid">
          <Form.Item name="validFrom" label={t('validFrom')}>
            <InstantInput />
          </Form.Item>
          <Form.Item name="validTo" label={t('validTo')} extra={t('validToHint')}>
            <InstantInput endOfDay />
          </Form.Item>
          <Form.Item name="validDays" label={t('validDays')} extra={t('validDaysHint')}>
            <InputNumber<number> min={1} max={DAYS_MAX} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="note" label={t('note')} className="wide" style={{ marginBottom: 0 }}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </div>
      </Section>
    </FormPage>
  )
}
