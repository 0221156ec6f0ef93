import { Alert, Form, Switch } from 'antd'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { marginHao, type OfferDraft } from './offers.ts'
import { sourceText } from './sourceText.ts'

/** What must be left of each piece; without it a price that rose overnight would sell at a loss until somebody looks. */
export function GuardSection({ priceFen }: { readonly priceFen: number }) {
  const t = useText(sourceText)
  const guarded = Form.useWatch('guarded') as boolean | undefined
  const least = (Form.useWatch('leastMarginFen') as number | null | undefined) ?? 0
  const offers = ((Form.useWatch('offers') as readonly OfferDraft[] | undefined) ?? []).filter(({ enabled }) => enabled)
  const noneIsEnough = offers.length > 0 && offers.every(({ costHao }) => marginHao(priceFen, costHao) < least * 100)
  return (
    <Section
      title={t('guard')}
      extra={
        <Form.Item name="guarded" valuePropName="checked" noStyle>
          <Switch aria-label={t('guard')} />
        </Form.Item>
      }
    >
      {guarded === false ? (
        <Alert type="warning" showIcon title={t('guardOff')} />
      ) : (
        <>
          <Form.Item
            name="leastMarginFen"
            label={t('guardText')}
            extra={t('guardHint')}
            style={{ marginBottom: 0, maxWidth: 320 }}
          >
            <MoneyInput min={-1_000_000} max={1_000_000} />
          </Form.Item>
          {least < 0 && (
            <Alert
              type="warning"
              showIcon
              title={t('guardLoss', { amount: formatMoney(-least) })}
              style={{ marginTop: 12 }}
            />
          )}
          {noneIsEnough && (
            <Alert
              type="error"
              showIcon
              title={t('guardBeyond', { amount: formatMoney(least) })}
              style={{ marginTop: 12 }}
            />
          )}
        </>
      )}
    </Section>
  )
}
