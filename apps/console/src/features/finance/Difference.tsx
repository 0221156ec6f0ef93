import { Typography } from 'antd'
import type { Row } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { Nothing } from '../../shared/parts/values.tsx'

type Receipt = Row<'payments.listReceipts'>

/** By how much the money misses the order: more with a plus, less in the colour of danger. The buyer's fee is not part of it. */
const differenceOf = ({ amountFen, feeFen, orderTotalFen }: Receipt): number => amountFen - feeFen - orderTotalFen

export function Difference({ receipt }: { readonly receipt: Receipt }) {
  const fen = differenceOf(receipt)
  if (fen === 0) return <Nothing />
  return (
    <Typography.Text className="num" type={fen < 0 ? 'danger' : 'warning'}>
      {fen > 0 ? '+' : ''}
      {formatMoney(fen)}
    </Typography.Text>
  )
}
