import { codesFileUrl } from '../../shared/api/client.ts'
import type { Code, Order, OrderLine } from '../../shared/api/types.ts'
import { isCalledBack } from '../../shared/called-back.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { ButtonAnchor } from '../../shared/ui/button.tsx'
import { CopyButton } from '../../shared/ui/copy.tsx'
import { DownloadIcon } from '../../shared/ui/icons.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Thumbnail } from '../../shared/ui/picture.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { CodeCard, isCodeCalledBack } from './code-card.tsx'
import { CodeLock } from './code-lock.tsx'
import { ComplaintStatus } from './complaint.tsx'
import css from './order.module.css'
import { RecallStatus } from './recall.tsx'

/** The codes of one line: each with its own copy button, all at once, and as a file when there are more than shown. */
export function LineCodes({ order, line }: { readonly order: Order; readonly line: OrderLine }) {
  const { t } = useI18n()
  const codes = line.codes ?? []
  const usable = codes.filter((code) => code.state !== 'revoked' && !isCodeCalledBack(order, code))
  const hasRecalled = order.recalls.some(({ lineNo, state }) => lineNo === line.lineNo && isCalledBack(state))
  const file = (
    <ButtonAnchor
      size="small"
      {...(hasRecalled && { look: 'quiet' as const })}
      href={codesFileUrl(order.no)}
      download={`${order.no}.txt`}
    >
      <DownloadIcon />
      {line.moreCodes > 0 ? t('order.downloadAll', { count: line.deliveredQuantity }) : t('order.download')}
    </ButtonAnchor>
  )
  return (
    <Card>
      <div className={css.lineHead}>
        <Thumbnail url={line.pictureUrl} className={css.picture ?? ''} />
        <div>
          <p className={css.name}>{line.goodsTitle}</p>
          <p className={css.sku}>
            {line.skuTitle} × {line.quantity}
          </p>
        </div>
      </div>
      <div className={css.tools}>
        <h2>
          {t('order.codes')}
          <small>{t('order.codeCount', { count: line.deliveredQuantity })}</small>
        </h2>
        {usable.length > 1 && line.moreCodes === 0 && (
          <CopyButton text={usable.map(plainText).join('\n')}>
            {t(hasRecalled ? 'order.recall.copyOthers' : 'order.copyAll')}
          </CopyButton>
        )}
        {!line.lock && file}
      </div>
      {line.lock && <CodeLock order={order} lock={line.lock} />}
      {hasRecalled && !line.lock && (
        <div className={css.warning}>
          <Notice tone="warn">
            <p>{t('order.recall.file')}</p>
          </Notice>
        </div>
      )}
      <ol className={css.codes}>
        {codes.map((code, index) => (
          <li key={code.grantId}>
            <CodeCard order={order} code={code} index={index + 1} />
          </li>
        ))}
      </ol>
      {order.complaints
        .filter(
          (one) =>
            one.lineNo === line.lineNo &&
            one.state !== 'withdrawn' &&
            !codes.some(({ grantId }) => grantId === one.grantId || grantId === one.newGrantId),
        )
        .map((one) => (
          <ComplaintStatus key={one.id} order={order} complaint={one} />
        ))}
      {order.recalls
        .filter(
          (one) =>
            one.lineNo === line.lineNo &&
            !codes.some(({ grantId }) => grantId === one.grantId || grantId === one.newGrantId),
        )
        .map((one) => (
          <RecallStatus key={one.grantId} recall={one} />
        ))}
      {line.moreCodes > 0 && (
        <div className={css.more}>
          <Notice tone="info">
            <p>{t('order.more', { shown: codes.length, count: line.moreCodes })}</p>
            {file}
          </Notice>
        </div>
      )}
    </Card>
  )
}

/** As the file has it: the parts with the separator that every importer of cards understands. */
const plainText = (code: Code): string => code.parts.join('----')
