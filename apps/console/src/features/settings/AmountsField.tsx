import { RECHARGE_AMOUNTS_MAX, RECHARGE_FEN_MAX } from '@quanshu/contract/recharge'
import { Select } from 'antd'

/** Some amounts: typed in yuan, kept in fen, rising, each once. What is no amount is not taken. */
export function AmountsField({
  value = [],
  onChange,
  id,
  disabled = false,
}: {
  readonly value?: readonly number[]
  readonly onChange?: (amounts: readonly number[]) => void
  readonly id?: string
  readonly disabled?: boolean
}) {
  return (
    <Select<string[]>
      {...(id === undefined ? {} : { id })}
      {...(disabled ? { disabled } : {})}
      mode="tags"
      open={false}
      suffixIcon={null}
      maxCount={RECHARGE_AMOUNTS_MAX}
      tokenSeparators={[',', '，', ' ', '、']}
      value={value.map((fen) => String(fen / 100))}
      onChange={(typed) => {
        const fens = typed.map((yuan) => Math.round(Number(yuan) * 100))
        const good = fens.filter((fen) => fen >= 1 && fen <= RECHARGE_FEN_MAX)
        onChange?.([...new Set(good)].sort((a, b) => a - b))
      }}
      style={{ maxWidth: 560 }}
    />
  )
}
