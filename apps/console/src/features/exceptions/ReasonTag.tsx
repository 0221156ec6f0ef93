import { Tag } from 'antd'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { exceptionText } from './text.ts'

/** Why a line is stuck. A redeem link has no sources that could be missing: of one that is over, the tag says that. */
export function ReasonTag({
  line: { reason, proposal },
}: {
  readonly line: Pick<Row<'fulfilment.listExceptions'>, 'reason' | 'proposal'>
}) {
  const t = useText(exceptionText)
  if (reason !== 'no_source' || proposal.because !== 'link_over') return <StateTag kind="exception" state={reason} />
  return (
    <Tag color="error" variant="filled" style={{ marginInlineEnd: 0 }}>
      {t('linkOver')}
    </Tag>
  )
}
