import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, InputNumber, Switch, Typography } from 'antd'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { pricingText } from './text.ts'
import { areRising, isByDemand, STEPS_MAX, type Values } from './values.ts'

/** How the price moves with what is sold. Its steps stay while it is off, so that switching back loses nothing. */
export function DemandFields() {
  const t = useText(pricingText)
  const basis = Form.useWatch<Values['basis'] | undefined>('basis')
  const byDemand = Form.useWatch<boolean | undefined>('byDemand')
  return (
    <Section
      title={t('partDemand')}
      extra={
        <Form.Item name="byDemand" valuePropName="checked" noStyle hidden={basis === 'own'}>
          <Switch aria-label={t('partDemand')} />
        </Form.Item>
      }
    >
      <p className="demand-hint">{t('demandHint')}</p>
      {isByDemand({ basis: basis ?? 'cost', byDemand: byDemand ?? false }) && <Steps />}
    </Section>
  )
}

function Steps() {
  const t = useText(pricingText)
  const common = useText(commonText)
  const isRising = areRising(Form.useWatch<Values['steps'] | undefined>('steps') ?? [])
  return (
    <Form.List
      name="steps"
      rules={[
        {
          validator: async (_rule, steps: Values['steps'] | undefined) => {
            if (!steps || steps.length === 0) throw new Error(t('stepsNone'))
            if (!areRising(steps)) throw new Error(t('stepsUnordered'))
          },
        },
      ]}
    >
      {(rows, { add, remove }, { errors }) => (
        <>
          {rows.map(({ key, name }) => (
            <div key={key} className="tier">
              <span>{t('stepFrom')}</span>
              <Form.Item name={[name, 'from']} rules={[{ required: true, message: '' }]}>
                <InputNumber<number>
                  min={0}
                  max={1_000_000}
                  precision={0}
                  controls={false}
                  style={{ width: 84 }}
                  aria-label={t('stepPieces', { n: name + 1 })}
                />
              </Form.Item>
              <span>{t('stepMove')}</span>
              <Form.Item name={[name, 'percent']} rules={[{ required: true, message: '' }]}>
                <InputNumber<number>
                  min={-90}
                  max={500}
                  precision={2}
                  controls={false}
                  suffix="%"
                  style={{ width: 96 }}
                  aria-label={t('stepPercent', { n: name + 1 })}
                />
              </Form.Item>
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={common('remove')}
                onClick={() => remove(name)}
              />
            </div>
          ))}
          {rows.length < STEPS_MAX && (
            <Button size="small" icon={<PlusOutlined />} onClick={() => add({ from: null, percent: null })}>
              {t('addStep')}
            </Button>
          )}
          {isRising ? (
            <Form.ErrorList errors={errors} />
          ) : (
            <Typography.Paragraph type="danger" role="alert" style={{ margin: '8px 0 0' }}>
              {t('stepsUnordered')}
            </Typography.Paragraph>
          )}
        </>
      )}
    </Form.List>
  )
}
