import { Checkbox, Form, Input, Select, Typography } from 'antd'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import { call, type Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { PICTURES_MAX, type Proof, ProofField } from './ProofField.tsx'
import { serviceText } from './text.ts'
import { REFRESH_AFTER } from './useTake.tsx'

export type Task = Output<'fulfilment.getTask'>

/** What can be done to a task that one has; each asks for what it needs in a dialog. */
export function useTaskActions(task: Task) {
  const t = useText(serviceText)
  const both = useBoth()
  const confirm = useConfirmDanger()
  const refresh = REFRESH_AFTER
  const putBack = useAction('fulfilment.putBackTask', { refresh, done: t('putBackDone') })
  const handOver = useAction('fulfilment.handOverTask', { refresh, done: t('handOver') })
  const ask = useAction('fulfilment.askBuyer', { refresh, done: t('askDone'), showProblem: false })
  const finish = useAction('fulfilment.finishTask', { refresh, done: t('finishDone'), showProblem: false })
  const reject = useAction('fulfilment.rejectTask', { refresh, done: t('rejectDone'), showProblem: false })
  const params = { taskId: task.id }
  const object = `${task.orderNo} · ${[task.goodsTitle, task.skuTitle].filter(Boolean).join(' / ')} × ${task.quantity}`

  return {
    putBack: () => void putBack.go({ params, body: {} }),
    handOver: async () => {
      const { items } = await call('fulfilment.listServiceStaff', {})
      confirm({
        title: t('handOver'),
        object,
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
              options={items
                .filter(({ id }) => id !== task.staffId)
                .map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Form.Item>
        ),
        onConfirm: (_reason, values) => handOver.run({ params, body: { staffId: Number(values.staffId) } }),
      })
    },
    ask: () =>
      confirm({
        title: t('ask'),
        object,
        consequence: t('askText'),
        danger: false,
        initialValues: { fields: task.formFields.map(({ key }) => key) },
        extra: (
          <>
            <Form.Item
              name="question"
              label={t('askQuestion')}
              rules={[{ required: true, whitespace: true, message: t('askQuestionRequired') }]}
            >
              <Input.TextArea
                autoFocus
                maxLength={500}
                autoSize={{ minRows: 2, maxRows: 5 }}
                placeholder={t('askQuestionHint')}
              />
            </Form.Item>
            {task.formFields.length > 0 ? (
              <Form.Item name="fields" label={t('askFields')}>
                <Checkbox.Group
                  options={task.formFields.map(({ key, labelZh, labelEn }) => ({
                    value: key,
                    label: both(labelZh, labelEn),
                  }))}
                />
              </Form.Item>
            ) : (
              <Typography.Paragraph type="secondary">{t('askFieldsNone')}</Typography.Paragraph>
            )}
          </>
        ),
        onConfirm: (_reason, values) =>
          ask.run({
            params,
            body: { question: String(values.question), fields: (values.fields as string[] | undefined) ?? [] },
          }),
      }),
    finish: () => {
      const key = newKey()
      confirm({
        title: t('finish'),
        object,
        consequence: t('finishText'),
        danger: false,
        initialValues: { pictures: task.pictures },
        extra: (
          <>
            <Form.Item
              name="proof"
              label={t('proof')}
              rules={[{ required: true, whitespace: true, message: t('proofRequired') }]}
            >
              <Input.TextArea
                autoFocus
                maxLength={1000}
                autoSize={{ minRows: 2, maxRows: 6 }}
                placeholder={t('proofHint')}
              />
            </Form.Item>
            <Form.Item name="pictures" label={t('pictures')} extra={t('picturesHint', { count: PICTURES_MAX })}>
              <ProofField taskId={task.id} />
            </Form.Item>
          </>
        ),
        onConfirm: (_reason, values) =>
          finish.run(
            {
              params,
              body: {
                proof: String(values.proof),
                pictureIds: ((values.pictures as readonly Proof[] | undefined) ?? []).map(({ id }) => id),
              },
            },
            key,
          ),
      })
    },
    reject: () => {
      const key = newKey()
      confirm({
        title: t('reject'),
        object,
        amountFen: task.amountFen,
        consequence: t(task.whenRejected === 'refund' ? 'rejectRefunds' : 'rejectToDesk'),
        askReason: true,
        onConfirm: (reason) => reject.run({ params, body: { reason } }, key),
      })
    },
  }
}
