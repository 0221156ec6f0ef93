import { Form, InputNumber, Select, Switch } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { InstantInput } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { goodsText } from './text.ts'

/** When, how much and how visibly it sells. */
export function RulesSection() {
  const t = useText(goodsText)
  const pieces = (max: number, placeholder?: string) => (
    <InputNumber
      min={1}
      max={max}
      precision={0}
      suffix={t('piecesUnit')}
      style={{ width: '100%' }}
      {...(placeholder ? { placeholder } : {})}
    />
  )
  return (
    <Section title={t('rules')}>
      <Form.Item name="onAt" label={t('scheduleOn')}>
        <InstantInput />
      </Form.Item>
      <Form.Item
        name="offAt"
        label={t('scheduleOff')}
        extra={t('scheduleHint')}
        dependencies={['onAt']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_rule, offAt: string | null) => {
              const onAt = getFieldValue('onAt') as string | null
              const wrong = offAt && onAt && Date.parse(offAt) <= Date.parse(onAt)
              return wrong ? Promise.reject(new Error(t('offBeforeOn'))) : Promise.resolve()
            },
          }),
        ]}
      >
        <InstantInput endOfDay />
      </Form.Item>
      <Form.Item name="stockDisplay" label={t('stockDisplay')}>
        <Select
          options={[
            { value: 'words', label: t('displayWords') },
            { value: 'exact', label: t('displayExact') },
            { value: 'hidden', label: t('displayHidden') },
          ]}
        />
      </Form.Item>
      <div className="form-grid" style={{ gridTemplateColumns: '1fr 1fr' }}>
        <Form.Item name="limitPerPerson" label={t('limitPerPerson')}>
          {pieces(1_000_000, '∞')}
        </Form.Item>
        <Form.Item noStyle dependencies={['limitPerPerson']}>
          {({ getFieldValue }) => (
            <Form.Item name="limitDays" label={t('limitDays')} extra={t('limitDaysHint')}>
              <InputNumber
                min={1}
                max={366}
                precision={0}
                disabled={!getFieldValue('limitPerPerson')}
                placeholder={t('limitForEver')}
                suffix={t('daysUnit')}
                style={{ width: '100%' }}
              />
            </Form.Item>
          )}
        </Form.Item>
        <Form.Item
          name="limitPerOrder"
          label={t('limitPerOrder')}
          rules={[{ required: true, message: t('limitRequired') }]}
        >
          {pieces(10_000)}
        </Form.Item>
      </div>
      <Form.Item name="codesByEmail" label={t('codesByEmail')} extra={t('codesByEmailHint')}>
        <Select
          options={[
            { value: null, label: t('asTheShop') },
            { value: true, label: t('mailHasCodes') },
            { value: false, label: t('mailHasLink') },
          ]}
        />
      </Form.Item>
      <Form.Item name="codesBySms" label={t('codesBySms')} extra={t('codesBySmsHint')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="position" label={t('position')} extra={t('positionHint')} style={{ marginBottom: 0 }}>
        <InputNumber min={-1_000_000} max={1_000_000} precision={0} style={{ width: '100%' }} />
      </Form.Item>
    </Section>
  )
}
