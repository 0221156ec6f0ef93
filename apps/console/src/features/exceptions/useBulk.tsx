import { App, Form, Input, Typography } from 'antd'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import { consoleBase, type Output, type Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { SourceChoice } from './SourceChoice.tsx'
import { exceptionText } from './text.ts'

type Line = Row<'fulfilment.listExceptions'>
type Result = Output<'fulfilment.handleExceptions'>['results'][number]
type Handle = (lines: readonly Line[], then?: () => void) => void

export const REFRESH_AFTER: readonly string[] = ['fulfilment.', 'orders.', 'vault.', 'stock.', 'payments.']

/** Lines a call takes; more go in several, and the progress is shown in between. */
const LINES_PER_CALL = 10
type Action = 'retry' | 'from_total' | 'refund' | 'replace' | 'reject' | 'done' | 'source'

/** Handles one line or many after asking; each line's own outcome is told. */
export function useBulk(): Readonly<Record<Action, Handle>> {
  const t = useText(exceptionText)
  const confirm = useConfirmDanger()
  const tell = useTell()
  const handle = useAction('fulfilment.handleExceptions', { refresh: REFRESH_AFTER })

  const { message } = App.useApp()
  const run = async (
    action: Action,
    lines: readonly Line[],
    reason: string,
    offerId?: number,
  ): Promise<readonly Result[]> => {
    const results: Result[] = []
    const key = 'exceptions.bulk'
    try {
      for (let from = 0; from < lines.length; from += LINES_PER_CALL) {
        if (lines.length > LINES_PER_CALL) {
          void message.loading({ key, duration: 0, content: t('working', { done: from, all: lines.length }) })
        }
        const some = lines
          .slice(from, from + LINES_PER_CALL)
          .map(({ orderNo, lineNo, grantId }) => ({ orderNo, lineNo, grantId }))
        const body = { action, lines: some, reason, ...(offerId !== undefined && { offerId }) }
        results.push(...(await handle.run({ body })).results)
      }
    } finally {
      message.destroy(key)
    }
    return results
  }
  const ask =
    (action: Action): Handle =>
    (all, then) => {
      const lines = all.filter((line) => line.actions.includes(action))
      const [only] = lines
      if (!only) return
      confirm({
        title: t(action),
        object: lines.length === 1 ? nameOf(only) : t('manyLines', { count: lines.length }),
        consequence: t(`${action}Text`),
        ...(action === 'refund' ? { amountFen: lines.reduce((sum, line) => sum + line.amountFen, 0) } : {}),
        askReason: true,
        initialValues: action === 'retry' ? { reason: t('retryReason') } : {},
        danger: action === 'refund' || action === 'reject',
        onConfirm: async (reason) => {
          tell(await run(action, lines, reason))
          then?.()
        },
      })
    }
  const done: Handle = (all, then) => {
    const lines = all.filter((line) => line.actions.includes('done'))
    const [only] = lines
    if (!only) return
    confirm({
      title: t('done'),
      object: lines.length === 1 ? nameOf(only) : t('manyLines', { count: lines.length }),
      amountFen: lines.reduce((sum, line) => sum + line.amountFen, 0),
      consequence: t('doneText'),
      extra: <Proof />,
      onConfirm: async (_reason, { proof }) => {
        tell(await run('done', lines, String(proof ?? '')))
        then?.()
      },
    })
  }
  const source: Handle = (all, then) => {
    const able = all.filter((line) => line.actions.includes('source'))
    const [first] = able
    if (!first) return
    const lines = able.filter(({ skuId }) => skuId === first.skuId)
    confirm({
      title: t('source'),
      object: lines.length === 1 ? nameOf(first) : t('manyLines', { count: lines.length }),
      consequence: t('sourceText'),
      askReason: true,
      danger: false,
      extra: <SourceChoice line={first} left={able.length > lines.length ? lines.length : null} />,
      onConfirm: async (reason, { offerId }) => {
        tell(await run('source', lines, reason, Number(offerId)))
        then?.()
      },
    })
  }
  return {
    done,
    source,
    retry: ask('retry'),
    from_total: ask('from_total'),
    refund: ask('refund'),
    replace: ask('replace'),
    reject: ask('reject'),
  }
}

function Proof() {
  const t = useText(exceptionText)
  return (
    <Form.Item
      name="proof"
      label={t('doneProof')}
      extra={t('doneProofHint')}
      rules={[{ required: true, whitespace: true, message: t('doneProofRequired') }]}
      style={{ marginBottom: 8 }}
    >
      <Input.TextArea maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
    </Form.Item>
  )
}

/** Refunds one line. Unlike the bulk it needs the right to refund alone, so that finance can do it from here. */
export function useRefundLine(): (line: Line) => void {
  const t = useText(exceptionText)
  const confirm = useConfirmDanger()
  const refund = useAction('orders.refund', { refresh: REFRESH_AFTER, done: t('refunded') })
  return (line) => {
    const key = newKey()
    const { orderNo, lineNo } = line
    confirm({
      title: t(line.reason === 'refund_failed' ? 'refundAgain' : 'refund'),
      object: nameOf(line),
      amountFen: line.amountFen,
      consequence: t(line.reason === 'refund_failed' ? 'refundAgainText' : 'refundText'),
      askReason: true,
      onConfirm: (reason) =>
        refund.run(
          { params: { no: orderNo }, body: { lineNo, again: line.reason === 'refund_failed', to: 'source', reason } },
          key,
        ),
    })
  }
}

export const nameOf = (line: Line): string => `${line.orderNo} · ${line.goodsTitle} × ${line.quantity}`

export function useTell(): (results: readonly Result[]) => void {
  const t = useText(exceptionText)
  const { message, modal } = App.useApp()
  return (results) => {
    const failed = results.filter((result) => !result.ok)
    if (failed.length === 0) {
      void message.success(t('allDone', { count: results.length }))
      return
    }
    modal.warning({
      title: t('someDone', { done: results.length - failed.length, failed: failed.length }),
      width: 560,
      content: (
        <ul
          className="outcomes"
          style={{ listStyle: 'none', padding: 0, margin: 0, maxHeight: '50vh', overflowY: 'auto' }}
        >
          {[...failed, ...results.filter((result) => result.ok)].map((result) => (
            <li key={`${result.orderNo}-${result.lineNo}-${result.grantId}`} style={{ paddingBlock: 4 }}>
              {/* The dialog stands outside of the router. */}
              <a href={`${consoleBase}orders/${result.orderNo}`} target="_blank" rel="noreferrer" className="num">
                {result.orderNo}
              </a>{' '}
              {t('lineNo', { line: result.lineNo })}{' '}
              <Typography.Text type={result.ok ? 'success' : 'danger'}>
                {result.ok ? t('ok') : (result.message ?? result.code)}
              </Typography.Text>
            </li>
          ))}
        </ul>
      ),
    })
  }
}
