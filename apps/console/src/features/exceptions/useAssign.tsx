import { Form, Select } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { call, type Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { exceptionText } from './text.ts'
import { nameOf, useTell } from './useBulk.tsx'

type Line = Row<'fulfilment.listExceptions'>
const ROWS_PER_CALL = 200

/** Taking what is stuck, putting it back, handing it over: one or many, and each row's own outcome is told. */
export function useAssign() {
  const t = useText(exceptionText)
  const confirm = useConfirmDanger()
  const tell = useTell()
  const assign = useAction('fulfilment.assignExceptions', { refresh: ['fulfilment.'] })

  const run = async (
    action: 'take' | 'release' | 'hand_over',
    lines: readonly Line[],
    then?: () => void,
    staffId: number | null = null,
  ): Promise<void> => {
    const rows = lines.slice(0, ROWS_PER_CALL).map(({ orderNo, lineNo, grantId }) => ({ orderNo, lineNo, grantId }))
    const answer = await assign.go({ body: { action, staffId, rows } })
    if (!answer) return
    then?.()
    tell(answer.results)
  }
  return {
    take: (lines: readonly Line[], then?: () => void) => void run('take', lines, then),
    release: (lines: readonly Line[], then?: () => void) => void run('release', lines, then),
    handOver: async (lines: readonly Line[], then?: () => void) => {
      const [only] = lines
      if (!only) return
      const { items } = await call('fulfilment.listDeskStaff', {})
      confirm({
        title: t('handOver'),
        object: lines.length === 1 ? nameOf(only) : t('manyLines', { count: lines.length }),
        consequence: t('handOverText'),
        danger: false,
        extra: (
          <Form.Item
            name="staffId"
            label={t('handOverTo')}
            rules={[{ required: true, message: t('handOverRequired') }]}
          >
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              options={items.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Form.Item>
        ),
        onConfirm: (_reason, values) => run('hand_over', lines, then, Number(values.staffId)),
      })
    },
  }
}
