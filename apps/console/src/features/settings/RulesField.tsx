import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { RECHARGE_RULES_MAX } from '@quanshu/contract/recharge'
import { Button, InputNumber, Select, Typography } from 'antd'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { settingsText } from './text.ts'

/** A rule while it is typed: its numbers may not be there yet. */
export type RuleDraft =
  | { readonly fromFen: number | null; readonly bonusFen: number | null }
  | { readonly fromFen: number | null; readonly bonusPercent: number | null }

export const isComplete = (rule: RuleDraft): boolean =>
  rule.fromFen !== null && ('bonusFen' in rule ? rule.bonusFen : rule.bonusPercent) !== null

/** What is wrong with the rules, in words; undefined when they can be saved. */
export function useRuleFault(): (rules: readonly RuleDraft[]) => string | undefined {
  const t = useText(settingsText)
  return (rules) => {
    const incomplete = rules.findIndex((rule) => !isComplete(rule))
    if (incomplete >= 0) return t('ruleIncomplete', { n: incomplete + 1 })
    const twice = rules.find((rule, n) => n > 0 && rule.fromFen === rules[n - 1]?.fromFen)
    if (twice) return t('ruleTwice', { amount: formatMoney(twice.fromFen ?? 0) })
    const tooMuch = rules.findIndex((rule) => 'bonusFen' in rule && (rule.bonusFen ?? 0) > (rule.fromFen ?? 0))
    return tooMuch >= 0 ? t('ruleTooMuch', { n: tooMuch + 1 }) : undefined
  }
}

/** Steps of a bonus, one a row; they fall into their order when an amount has been typed. */
export function RulesField({
  value = [],
  onChange,
}: {
  readonly value?: readonly RuleDraft[]
  readonly onChange?: (rules: readonly RuleDraft[]) => void
}) {
  const t = useText(settingsText)
  const put = (at: number, rule: RuleDraft) => onChange?.(value.map((one, n) => (n === at ? rule : one)))
  const sort = () => onChange?.([...value].sort((a, b) => (a.fromFen ?? Infinity) - (b.fromFen ?? Infinity)))
  return (
    <div className="rules-field">
      {value.length === 0 && <Typography.Text type="secondary">{t('noRules')}</Typography.Text>}
      {value.map((rule, at) => (
        <RuleRow
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and keep their place while typed in
          key={at}
          rule={rule}
          onChange={(next) => put(at, next)}
          onLeave={sort}
          onRemove={() => onChange?.(value.filter((_, n) => n !== at))}
        />
      ))}
      <Button
        type="dashed"
        icon={<PlusOutlined />}
        disabled={value.length >= RECHARGE_RULES_MAX}
        onClick={() => onChange?.([...value, { fromFen: null, bonusFen: null }])}
      >
        {t('addRule')}
      </Button>
    </div>
  )
}

function RuleRow({
  rule,
  onChange,
  onLeave,
  onRemove,
}: {
  readonly rule: RuleDraft
  readonly onChange: (rule: RuleDraft) => void
  readonly onLeave: () => void
  readonly onRemove: () => void
}) {
  const t = useText(settingsText)
  const isFixed = 'bonusFen' in rule
  return (
    <div className="rule-row">
      <span>{t('ruleFrom')}</span>
      <MoneyInput
        value={rule.fromFen}
        min={0.01}
        max={1_000_000}
        style={{ width: 120 }}
        onBlur={onLeave}
        onChange={(fromFen) => onChange({ ...rule, fromFen })}
      />
      <span>{t('ruleGives')}</span>
      <Select
        value={isFixed ? 'fixed' : 'percent'}
        style={{ width: 110 }}
        onChange={(kind) =>
          onChange(
            kind === 'fixed'
              ? { fromFen: rule.fromFen, bonusFen: null }
              : { fromFen: rule.fromFen, bonusPercent: null },
          )
        }
        options={[
          { value: 'fixed', label: t('ruleFixed') },
          { value: 'percent', label: t('rulePercent') },
        ]}
      />
      {isFixed ? (
        <MoneyInput
          value={rule.bonusFen}
          min={0.01}
          max={1_000_000}
          style={{ width: 120 }}
          onChange={(bonusFen) => onChange({ fromFen: rule.fromFen, bonusFen })}
        />
      ) : (
        <InputNumber<number>
          value={rule.bonusPercent}
          min={1}
          max={100}
          precision={0}
          suffix="%"
          style={{ width: 120 }}
          onChange={(bonusPercent) => onChange({ fromFen: rule.fromFen, bonusPercent })}
        />
      )}
      <Button
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t('removeRule')}
        title={t('removeRule')}
        onClick={onRemove}
      />
    </div>
  )
}
