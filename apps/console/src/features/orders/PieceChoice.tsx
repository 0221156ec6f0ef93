import { Checkbox, Tag, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { type Line, livingGrants } from './refundPlan.ts'
import { orderText } from './text.ts'

/** Which of the line's codes are taken back. Those that are used are marked: the piece is then a loss. */
export function PieceChoice({
  line,
  value = [],
  onChange,
}: {
  readonly line: Line
  readonly value?: readonly number[]
  readonly onChange?: (value: readonly number[]) => void
}) {
  const t = useText(orderText)
  const grants = livingGrants(line)
  const hidden = line.quantity - line.refundedQuantity - grants.length
  return (
    <>
      <Checkbox.Group className="piece-choice" value={[...value]} onChange={(chosen) => onChange?.(chosen.map(Number))}>
        {grants.map((grant) => (
          <Checkbox key={grant.id} value={grant.id}>
            <span className="num">{t('grantPiece', { piece: grant.piece })}</span> <code>{grant.masked}</code>{' '}
            {grant.state === 'used' && <Tag color="warning">{t('pieceUsed')}</Tag>}
          </Checkbox>
        ))}
      </Checkbox.Group>
      {hidden > 0 && <Typography.Text type="secondary">{t('piecesHidden', { count: hidden })}</Typography.Text>}
    </>
  )
}
