import { UploadOutlined } from '@ant-design/icons'
import type { StatementMap } from '@quanshu/contract'
import { Alert, Button, Form, Modal, Select, Typography, Upload } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import { type Output, type Problem, problemOf, upload } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { statementText } from './statementText.ts'

const COLUMNS = ['no', 'remoteNo', 'amount', 'refunded', 'state', 'type', 'at', 'currency'] as const
const NEEDED: readonly string[] = ['amount', 'at']
const WORDS = ['done', 'pending', 'failed', 'deposit', 'credit'] as const
/** How most suppliers call them. */
const USUAL: StatementMap['words'] = {
  done: ['成功', '部分成功', '已完成', '交易成功', 'success'],
  pending: ['处理中', '充值中', '待处理', '未支付', 'processing'],
  failed: ['失败', '已退款', '已取消', '充值失败', 'failed'],
  deposit: ['充值', '加款', '预存'],
  credit: ['退款', '赔付', '返还'],
}
const GUESSES: Readonly<Record<(typeof COLUMNS)[number], RegExp>> = {
  no: /商户|外部|客户订单|outer|external/i,
  remoteNo: /平台|系统订单|订单编号|供应商单号|^订单号$|order/i,
  amount: /金额|总价|amount|price/i,
  refunded: /退款金额|已退|refund/i,
  state: /状态|state|status/i,
  type: /类型|type/i,
  at: /下单时间|创建时间|时间|time|date/i,
  currency: /币种|货币|currency/i,
}

/** Says once how a supplier's file calls its columns, from a file that it gave. */
export function StatementMapDialog({
  supplierId,
  currencies,
  known,
  onClose,
}: {
  readonly supplierId: number
  /** That the shop has a rate of. */
  readonly currencies: readonly string[]
  readonly known: Output<'reconciliation.readStatementMap'>['map']
  readonly onClose: () => void
}) {
  const t = useText(statementText)
  const [form] = Form.useForm<StatementMap>()
  const [names, setNames] = useState<readonly string[]>(known ? Object.values(known.columns).filter(Boolean) : [])
  const [problem, setProblem] = useState<Problem>()
  const save = useAction('reconciliation.saveStatementMap', {
    refresh: ['reconciliation.readStatementMap'],
    done: t('saved'),
    onDone: onClose,
  })
  const look = async (file: File) => {
    setProblem(undefined)
    try {
      const { rows } = await upload('reconciliation.previewStatement', { params: { supplierId } }, file, {
        method: 'PUT',
        fileName: file.name,
      })
      // Titles stand above the heading, which is the first row that is filled like a table.
      const heading = rows.find((cells) => cells.filter((cell) => cell !== '').length >= 3) ?? []
      const found = heading.filter((cell) => cell !== '')
      setNames(found)
      const guess = Object.fromEntries(COLUMNS.map((of) => [of, found.find((name) => GUESSES[of].test(name)) ?? '']))
      const kept = known?.columns
      form.setFieldsValue({
        columns: Object.fromEntries(
          COLUMNS.map((of) => [of, kept && found.includes(kept[of]) ? kept[of] : guess[of]]),
        ) as StatementMap['columns'],
      })
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  const submit = async () => {
    const values = await form.validateFields()
    const columns = Object.fromEntries(COLUMNS.map((of) => [of, values.columns?.[of] ?? '']))
    void save.go({
      params: { supplierId },
      body: { columns, words: values.words, currency: values.currency ?? 'CNY' } as StatementMap,
    })
  }
  return (
    <Modal
      open
      title={t('map')}
      onCancel={onClose}
      onOk={() => void submit()}
      okText={t('save')}
      okButtonProps={{ disabled: names.length === 0, loading: save.running }}
      width={640}
    >
      <div className="stack">
        <Typography.Text type="secondary">{t('mapText')}</Typography.Text>
        {problem && <Alert type="error" showIcon title={problem.message} />}
        <Upload
          accept=".csv,.txt,.xlsx"
          showUploadList={false}
          maxCount={1}
          beforeUpload={(file) => {
            void look(file)
            return false
          }}
        >
          <Button icon={<UploadOutlined />}>{t('choose')}</Button>
        </Upload>
        <Form
          form={form}
          layout="vertical"
          initialValues={{
            columns: known?.columns ?? {},
            words: known?.words ?? USUAL,
            currency: known?.currency ?? currencies[0] ?? 'CNY',
          }}
          disabled={names.length === 0}
        >
          <div className="statement-columns">
            {COLUMNS.map((of) => (
              <Form.Item
                key={of}
                name={['columns', of]}
                label={t(`column${of.charAt(0).toUpperCase()}${of.slice(1)}` as 'columnNo')}
                rules={NEEDED.includes(of) ? [{ required: true, message: t('needed') }] : []}
              >
                <Select
                  showSearch
                  options={[
                    ...(NEEDED.includes(of) ? [] : [{ value: '', label: t('none') }]),
                    ...names.map((name) => ({ value: name, label: name })),
                  ]}
                />
              </Form.Item>
            ))}
            {(currencies.length > 0 || known?.currency !== 'CNY') && (
              <Form.Item name="currency" label={t('currency')} extra={t('currencyHint')}>
                <Select
                  options={[...new Set(['CNY', ...currencies, known?.currency ?? 'CNY'])].map((value) => ({ value }))}
                />
              </Form.Item>
            )}
          </div>
          <Typography.Paragraph strong style={{ marginBottom: 4 }}>
            {t('words')}
          </Typography.Paragraph>
          <Typography.Paragraph type="secondary">{t('wordsHint')}</Typography.Paragraph>
          <div className="statement-columns">
            {WORDS.map((of) => (
              <Form.Item
                key={of}
                name={['words', of]}
                label={t(`words${of.charAt(0).toUpperCase()}${of.slice(1)}` as 'wordsDone')}
              >
                <Select mode="tags" open={false} suffixIcon={null} />
              </Form.Item>
            ))}
          </div>
        </Form>
      </div>
    </Modal>
  )
}
