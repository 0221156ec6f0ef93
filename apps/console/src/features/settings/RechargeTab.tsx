import { type RechargeRule, rechargeBonus } from '@quanshu/contract/recharge'
import { Form, Switch, Tag, Typography } from 'antd'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { AmountsField } from './AmountsField.tsx'
import { isComplete, type RuleDraft, RulesField, useRuleFault } from './RulesField.tsx'
import { SettingsForm } from './SettingsForm.tsx'
import './settings.css'
import { settingsText } from './text.ts'

const KEYS = ['recharge.enabled', 'recharge.limits', 'recharge.amounts', 'recharge.rules'] as const
const YUAN_MAX = 1_000_000

/** Whether members may top up their balance, how much at a time, and what comes on top. */
export function RechargeTab() {
  const t = useText(settingsText)
  const faultOf = useRuleFault()
  const required = { required: true, message: t('required') }
  return (
    <SettingsForm keys={KEYS}>
      {() => (
        <Section title={t('tabRecharge')}>
          <Form.Item
            name={['recharge.enabled']}
            label={t('rechargeEnabled')}
            extra={t('rechargeEnabledHint')}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
          <Typography.Text>{t('rechargeLimits')}</Typography.Text>
          <div className="inline-fields">
            <Form.Item name={['recharge.limits', 'minFen']} label={t('rechargeMin')} rules={[required]}>
              <MoneyInput min={0.01} max={YUAN_MAX} style={{ width: 160 }} />
            </Form.Item>
            <Form.Item
              name={['recharge.limits', 'maxFen']}
              label={t('rechargeMax')}
              dependencies={[['recharge.limits', 'minFen']]}
              rules={[
                required,
                ({ getFieldValue }) => ({
                  validator: (_rule, value: number) =>
                    value >= (getFieldValue(['recharge.limits', 'minFen']) as number)
                      ? Promise.resolve()
                      : Promise.reject(new Error(t('rechargeLimitsOrder'))),
                }),
              ]}
            >
              <MoneyInput min={0.01} max={YUAN_MAX} style={{ width: 160 }} />
            </Form.Item>
          </div>
          <Form.Item name={['recharge.amounts']} label={t('rechargeAmounts')} extra={t('rechargeAmountsHint')}>
            <AmountsField />
          </Form.Item>
          <Form.Item
            name={['recharge.rules']}
            label={t('rechargeRules')}
            extra={t('rechargeRulesHint')}
            rules={[
              {
                validator: (_rule, rules: readonly RuleDraft[]) => {
                  const fault = faultOf(rules)
                  return fault === undefined ? Promise.resolve() : Promise.reject(new Error(fault))
                },
              },
            ]}
          >
            <RulesField />
          </Form.Item>
          <Preview />
        </Section>
      )}
    </SettingsForm>
  )
}

/** The offered amounts with what each brings, as the form stands. */
function Preview() {
  const t = useText(settingsText)
  const form = Form.useFormInstance()
  const limits = Form.useWatch(['recharge.limits'], form) as { minFen?: number; maxFen?: number } | undefined
  const amounts = (Form.useWatch(['recharge.amounts'], form) as readonly number[] | undefined) ?? []
  const drafts = (Form.useWatch(['recharge.rules'], form) as readonly RuleDraft[] | undefined) ?? []
  const rules = drafts.filter((draft): draft is RechargeRule => isComplete(draft))
  const shown = amounts.filter((fen) => fen >= (limits?.minFen ?? 0) && fen <= (limits?.maxFen ?? Infinity))
  return (
    <div className="recharge-preview">
      <Typography.Text type="secondary">{t('preview')}</Typography.Text>
      <div className="recharge-offers">
        {shown.length === 0 && <Typography.Text type="secondary">{t('previewNothing')}</Typography.Text>}
        {shown.map((fen) => {
          const bonus = rechargeBonus(rules, fen)
          const amount = short(fen)
          return (
            <Tag key={fen} color={bonus > 0 ? 'green' : 'default'} variant="filled">
              {bonus > 0 ? t('previewRow', { amount, bonus: short(bonus) }) : t('previewPlain', { amount })}
            </Tag>
          )
        })}
      </div>
    </div>
  )
}

const short = (fen: number): string => formatMoney(fen).replace(/\.00$/, '')
