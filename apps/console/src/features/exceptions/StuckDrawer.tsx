import { Alert, Drawer, Skeleton } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNextStep } from '../../shared/parts/nextStep.ts'
import { useLineNote } from '../../shared/parts/passedOver.ts'
import { Timeline } from '../../shared/parts/timeline/Timeline.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { ReasonTag } from './ReasonTag.tsx'
import { exceptionText } from './text.ts'

type Line = Row<'fulfilment.listExceptions'>

/** Why a line is stuck, what the house proposes, and everything that was tried, in the order of time. */
export function StuckDrawer({ line, onClose }: { readonly line: Line; readonly onClose: () => void }) {
  const t = useText(exceptionText)
  const nextStep = useNextStep()(line.reason, line.proposal.because === 'link_over')
  const noteOf = useLineNote()
  const { orderNo, lineNo } = line
  const { data, error, refetch } = useRead('fulfilment.readException', { params: { no: orderNo, lineNo } })
  const { proposal } = data ?? line
  return (
    <Drawer
      open
      size="min(560px, 100vw)"
      onClose={onClose}
      title={
        <>
          <ReasonTag line={line} /> {line.goodsTitle} × {line.quantity}
        </>
      }
    >
      <p style={{ marginTop: 0 }}>
        {t('order')}{' '}
        <Link to={`/orders/${orderNo}`} className="num">
          {orderNo}
        </Link>
      </p>
      <Alert
        type="info"
        showIcon
        style={{ marginBottom: 16 }}
        title={t('proposed', { action: t(`propose.${proposal.action}`) })}
        // Of a dead link the next step begins with the cause.
        description={[
          proposal.because === 'link_over' ? '' : t(`because.${proposal.because}`),
          nextStep,
          line.note && noteOf(line.note),
        ]
          .filter(Boolean)
          .map((text) => <div key={text}>{text}</div>)}
      />
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Timeline entries={data.log} manyLines={false} />
      ) : (
        <Skeleton active />
      )}
    </Drawer>
  )
}
