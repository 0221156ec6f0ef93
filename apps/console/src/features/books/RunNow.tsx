import { PlayCircleOutlined } from '@ant-design/icons'
import { Form, Radio } from 'antd'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { booksText } from './text.ts'

/** Starts an audit after asking what it shall walk. */
export function RunNow() {
  const t = useText(booksText)
  const confirm = useConfirmDanger()
  const { data } = useRead('books.overview', {})
  const start = useAction('books.startRun', { refresh: ['books.'], done: t('started') })
  const ask = () =>
    confirm({
      title: t('runNow'),
      object: t('wholeShop'),
      consequence: t('runNowText'),
      danger: false,
      initialValues: { scope: 'recent' },
      extra: (
        <Form.Item name="scope" label={t('scope')} style={{ marginBottom: 8 }}>
          <Radio.Group
            style={{ display: 'flex', flexDirection: 'column', gap: 6 }}
            options={[
              { value: 'recent', label: t('scopeRecent') },
              { value: 'whole', label: t('scopeWhole') },
            ]}
          />
        </Form.Item>
      ),
      onConfirm: (_reason, values) => start.run({ body: { isWhole: values.scope === 'whole' } }),
    })
  return (
    <ActionButton
      type="primary"
      permission="books.audit"
      icon={<PlayCircleOutlined />}
      loading={start.running || (data?.running ?? null) !== null}
      onClick={ask}
    >
      {t('runNow')}
    </ActionButton>
  )
}
